#include "runtime/engine/ties.h"

#include "runtime/engine/entry_fields.h"
#include "runtime/engine/key_hash.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;

namespace {

std::optional<Tie>
tieOf(const Program& program, const Instruction& grouping, const std::vector<Register>& keys) {
    if (grouping.space >= program.schema.spaces.size()) {
        return std::nullopt;  // groups of groups
    }
    Tie tie;
    tie.space = grouping.space;
    for (const Register operand : grouping.operands) {
        const Register key = spreadFrom(program, operand);
        const Instruction& one = program.code[key];
        if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
            continue;  // equal in all of the set
        }
        if (one.op != Op::Input || (one.space != 0 && one.space != tie.space)) {
            return std::nullopt;
        }
        (one.space == tie.space ? tie.fields : tie.entryFields).push_back(one.index);
    }
    return tie.fields.empty() ? std::nullopt : std::optional(tie);
}

/// Records that are linked, directly or by others, have one root: the first of them.
class Links {
  public:
    explicit Links(std::uint32_t records) : above_(records) {
        std::iota(above_.begin(), above_.end(), 0U);
    }
    std::uint32_t root(std::uint32_t record) {
        while (above_[record] != record) {
            record = above_[record] = above_[above_[record]];
        }
        return record;
    }
    void link(std::uint32_t a, std::uint32_t b) {
        const auto [low, high] = std::minmax({root(a), root(b)});
        above_[high] = low;
    }

  private:
    std::vector<std::uint32_t> above_;
};

class TiedRows {
  public:
    TiedRows(const Sets& sets,
             const Tie& tie,
             const RecordStore& store,
             std::span<const std::uint32_t> records)
        : sets_(sets), tie_(tie), store_(store), records_(records),
          known_(std::bit_ceil(std::size_t{2} * store.rows().spaces[tie.space].rows + 1)) {
        for (const std::uint32_t field : tie.fields) {
            fields_.push_back({store.values(tie.space, field), &store.states(tie.space, field)});
        }
        for (const std::uint32_t field : tie.entryFields) {
            entryFields_.push_back({store.values(0, field), &store.states(0, field)});
        }
    }

    void linkAll(Links& links) {
        for (std::uint32_t record = 0; record < records_.size(); ++record) {
            if (sets_.sizes[sets_.of[record]] == 1) {
                continue;
            }
            const auto [first, end] = store_.rowsOf(tie_.space, records_[record]);
            for (std::uint32_t row = first; row < end; ++row) {
                if (isTied({record, row})) {
                    linkWithEqual({record, row}, links);
                }
            }
        }
    }

  private:
    struct Place {
        std::uint32_t record = kNone;
        std::uint32_t row = 0;
    };

    struct Field {
        StoredValues values;
        const Cells<State>* states = nullptr;
    };

    template <class Visit>
    void forEachCell(Place place, Visit visit) const {
        for (const Field& field : fields_) {
            visit(field, place.row);
        }
        for (const Field& field : entryFields_) {
            visit(field, records_[place.record]);
        }
    }

    bool isTied(Place place) const {
        bool tied = true;
        forEachCell(place, [&](const Field& field, std::uint32_t row) {
            tied = tied && (field.states->empty() || (*field.states)[row] == State::Value);
        });
        return tied;
    }

    std::uint64_t hashOf(Place place) const {
        std::uint64_t hash = sets_.of[place.record];
        forEachCell(place, [&](const Field& field, std::uint32_t row) {
            hash = mixKey(hash, static_cast<std::uint64_t>(field.values[row]));
        });
        return hash;
    }

    bool areEqual(Place a, Place b) const {
        const auto same = [](const Field& field, std::uint32_t x, std::uint32_t y) {
            return field.values[x] == field.values[y];
        };
        return sets_.of[a.record] == sets_.of[b.record] &&
               std::all_of(fields_.begin(),
                           fields_.end(),
                           [&](const Field& field) { return same(field, a.row, b.row); }) &&
               std::all_of(entryFields_.begin(), entryFields_.end(), [&](const Field& field) {
                   return same(field, records_[a.record], records_[b.record]);
               });
    }

    void linkWithEqual(Place place, Links& links) {
        const std::size_t mask = known_.size() - 1;
        std::size_t slot = hashOf(place) & mask;
        while (known_[slot].record != kNone && !areEqual(known_[slot], place)) {
            slot = (slot + 1) & mask;
        }
        if (known_[slot].record == kNone) {
            known_[slot] = place;
        } else {
            links.link(known_[slot].record, place.record);
        }
    }

    const Sets& sets_;
    const Tie& tie_;
    const RecordStore& store_;
    std::span<const std::uint32_t> records_;
    std::vector<Field> fields_;
    std::vector<Field> entryFields_;
    std::vector<Place> known_;  ///< at most half full: a row of each group
};

}  // namespace

std::vector<Tie> tiesOf(const Program& program,
                        const std::vector<Register>& groupings,
                        const std::vector<Register>& keys) {
    std::vector<Tie> ties;
    for (const Register grouping : groupings) {
        std::optional<Tie> tie = tieOf(program, program.code[grouping], keys);
        if (!tie) {
            return {};
        }
        ties.push_back(std::move(*tie));
    }
    return ties;
}

Sets splitByTies(const Sets& sets,
                 const std::vector<Tie>& ties,
                 const RecordStore& store,
                 std::span<const std::uint32_t> records) {
    const auto count = static_cast<std::uint32_t>(records.size());
    Links links(count);
    for (const Tie& tie : ties) {
        TiedRows(sets, tie, store, records).linkAll(links);
    }
    Sets split;
    split.of.resize(count);
    for (std::uint32_t record = 0; record < count; ++record) {
        const std::uint32_t root = links.root(record);
        if (root == record) {
            split.begin(record);
        } else {
            split.join(record, split.of[root]);
        }
    }
    return split;
}

}  // namespace proviso::engine

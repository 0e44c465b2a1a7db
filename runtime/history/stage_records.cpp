#include "runtime/history/stage_records.h"

#include "runtime/base/check.h"
#include "runtime/engine/wire.h"
#include "runtime/input/decoder.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace proviso::history {

namespace {

using bytecode::Op;
using bytecode::Register;

void addCell(std::string& out, const Type& type, std::int64_t value, const Dictionary& dictionary) {
    if (type.kind == TypeKind::Text || type.kind == TypeKind::Code) {
        const std::string_view text = dictionary.text(static_cast<std::uint32_t>(value));
        out += 't' + std::to_string(text.size()) + ':';
        out += text;
    } else {
        out += 'n' + std::to_string(value) + ';';
    }
}

std::unique_ptr<Dictionary> dictionaryFor(const bytecode::Program& program) {
    return std::make_unique<Dictionary>(program.texts);
}

}  // namespace

void StageRecords::decode(const bytecode::Program& program) {
    dictionary = dictionaryFor(program);
    DecodeOptions options;
    options.settle = false;
    Decoder decoder(program.schema, *dictionary, options);
    decoder.beginSource("store");
    for (std::size_t index = 0; index < lines.size(); ++index) {
        decoder.addLine({index + 1, lines[index].text, false, true});
    }
    store = decoder.finish().store;
    if (store.recordCount() != keys.size()) {
        throw StoreFailure(
            {ErrorCode::Malformed, "the store holds a record that cannot be read", ""});
    }
    std::vector<std::uint32_t> all(keys.size());
    std::iota(all.begin(), all.end(), 0U);
    batch = store.select(all);
}

void StageRecords::takeCarried(const bytecode::Program& program,
                               const engine::Plan& plan,
                               const engine::Stage& stage) {
    carried.resize(stage.carriedIn.size());
    for (const Source& source : sources) {
        const std::vector<Register>& out = plan.stages[source.stage].carriedOut;
        std::vector<Type> types;
        std::vector<bool> ofEntry;
        for (const Register number : out) {
            types.push_back(program.code[number].type);
            ofEntry.push_back(program.code[number].space == 0);
        }
        engine::CarriedColumns columns(out.size());
        for (const std::string& bytes : source.bytes) {
            if (!engine::readCarried(bytes, columns, types, ofEntry, *dictionary)) {
                throw StoreFailure(
                    {ErrorCode::Malformed,
                     "the store is damaged; restore it from a copy, or feed a new one",
                     ""});
            }
        }
        for (std::size_t index = 0; index < out.size(); ++index) {
            const auto place =
                std::lower_bound(stage.carriedIn.begin(), stage.carriedIn.end(), out[index]);
            if (place != stage.carriedIn.end() && *place == out[index]) {
                carried[static_cast<std::size_t>(place - stage.carriedIn.begin())] =
                    std::move(columns[index]);
            }
        }
    }
}

StageReader::StageReader(std::shared_ptr<const bytecode::Program> program,
                         const engine::Plan& plan,
                         Store& store)
    : program_(std::move(program)), plan_(plan), store_(store),
      keySetOfClass_(plan.classes.size(), 0),
      versionsBefore_(store.database().prepare(
          "SELECT version, line, source, source_line FROM versions WHERE key = ?1 AND feed <= ?3 "
          "AND (?2 IS NULL OR known_on IS NULL OR known_on <= ?2) ORDER BY version DESC")),
      carriedOf_(store.database().prepare(
          "SELECT carried FROM parts WHERE context = ?1 AND stage = ?2 AND key = ?3")) {
    std::vector<bool> isUsed(plan.partitions.size(), false);
    for (const engine::Stage& stage : plan.stages) {
        if (stage.partition != bytecode::kNone) {
            isUsed[stage.partition] = true;
        }
    }
    for (std::size_t index = 0; index < plan.partitions.size(); ++index) {
        // Who would be together in a stage that there is not does not matter.
        keySets_.push_back(isUsed[index] ? plan.partitions[index].keys : KeySet{});
        for (const std::uint32_t each : plan.partitions[index].classes) {
            keySetOfClass_[each] = index;
        }
    }
    for (std::size_t index = 0; index < plan.partitions.size(); ++index) {
        if (plan.partitions[index].classes.size() > 1 && isUsed[index]) {
            for (const std::uint32_t each : plan.partitions[index].classes) {
                keySetOfClass_[each] = keySets_.size();
                keySets_.push_back(plan.classes[each].keys);
            }
        }
    }
    if (keySets_.empty()) {
        keySets_.emplace_back();
    }
}

std::vector<std::uint32_t> StageReader::readersOf(std::size_t stage) const {
    const std::vector<Register>& out = plan_.stages[stage].carriedOut;
    std::set<std::uint32_t> partitions;
    for (std::size_t later = stage + 1; later < plan_.stages.size(); ++later) {
        const std::vector<Register>& in = plan_.stages[later].carriedIn;
        if (std::any_of(in.begin(), in.end(), [&](Register each) {
                return std::binary_search(out.begin(), out.end(), each);
            })) {
            partitions.insert(plan_.stages[later].partition);
        }
    }
    return {partitions.begin(), partitions.end()};
}

StageRecords StageReader::read(const Keys& keys, std::optional<std::int64_t> asOf) {
    std::vector<std::pair<std::string, std::int64_t>> ordered;
    for (const std::int64_t key : keys) {
        ordered.emplace_back(store_.keyText(key), key);
    }
    std::sort(ordered.begin(), ordered.end());
    StageRecords records;
    for (const auto& [text, key] : ordered) {
        Standing standing = store_.standing(key, asOf);
        if (standing.record) {
            records.keys.push_back(key);
            records.lines.push_back(std::move(*standing.record));
        }
    }
    return records;
}

void StageReader::readCarried(StageRecords& records,
                              const engine::Stage& stage,
                              std::int64_t context) {
    for (std::size_t from = 0; from < plan_.stages.size(); ++from) {
        const std::vector<Register>& out = plan_.stages[from].carriedOut;
        if (!std::any_of(stage.carriedIn.begin(), stage.carriedIn.end(), [&](Register each) {
                return std::binary_search(out.begin(), out.end(), each);
            })) {
            continue;
        }
        StageRecords::Source& source = records.sources.emplace_back();
        source.stage = from;
        for (const std::int64_t key : records.keys) {
            carriedOf_.bind(1, context).bind(2, static_cast<std::int64_t>(from)).bind(3, key);
            source.bytes.push_back(carriedOf_.step() ? std::string(carriedOf_.bytes(0)) : "");
            carriedOf_.reset();
        }
    }
}

std::vector<StoredLine>
StageReader::wasInConflict(std::int64_t key, std::optional<std::int64_t> asOf, std::int64_t feed) {
    versionsBefore_.bind(1, key).bind(2, asOf).bind(3, feed);
    std::vector<StoredLine> lines;
    std::string version;
    while (versionsBefore_.step()) {
        if (!lines.empty() && versionsBefore_.bytes(0) != version) {
            versionsBefore_.reset();
            break;
        }
        version = std::string(versionsBefore_.bytes(0));
        lines.push_back({std::string(versionsBefore_.bytes(1)),
                         std::string(versionsBefore_.bytes(2)),
                         static_cast<std::uint64_t>(versionsBefore_.number(3))});
    }
    return lines.size() > 1 ? lines : std::vector<StoredLine>{};
}

Batch::Space StageReader::holesOf(const std::vector<StoredLine>& lines,
                                  Dictionary& dictionary) const {
    DecodeOptions options;
    options.settle = false;
    Decoder decoder(program_->schema, dictionary, options);
    decoder.beginSource("store");
    for (std::size_t index = 0; index < lines.size(); ++index) {
        decoder.addLine({index + 1, lines[index].text, false, true});
    }
    const DecodedRecords decoded = decoder.finish();
    Batch::Space holes;
    holes.columns.resize(program_->schema.spaces[0].fields.size());
    const auto add = [&](const Batch::Space* from, std::uint32_t row) {
        ++holes.rows;
        for (std::size_t field = 0; field < holes.columns.size(); ++field) {
            const State state = from == nullptr ? State::Unknown : from->columns[field].state(row);
            holes.columns[field].values.push_back(
                state == State::Value ? from->columns[field].values[row] : 0);
            holes.columns[field].states.push_back(state);
        }
    };
    for (const Rejection& rejection : decoded.rejections) {
        add(rejection.hole == kNoHole ? nullptr : &decoded.holes, rejection.hole);
    }
    // Lines in conflict read well, each by itself.
    for (std::uint32_t row = 0; row < decoded.store.recordCount(); ++row) {
        add(&decoded.store.batch().spaces[0], row);
    }
    return holes;
}

std::string StageReader::togetherOf(const KeySet& set,
                                    const StageRecords& records,
                                    std::uint32_t row,
                                    const engine::Stage* rows,
                                    const engine::CarriedColumns& carried) const {
    std::string together;
    for (const Register key : set) {
        const bytecode::Instruction& one = program_->code[key];
        const ColumnData* column = nullptr;
        if (one.op == Op::Input) {
            column = &records.batch.spaces[0].columns[one.index];
        } else {
            PROVISO_CHECK(rows != nullptr, "computed keys come from the first stage");
            const auto place =
                std::lower_bound(rows->carriedOut.begin(), rows->carriedOut.end(), key);
            column = &carried[static_cast<std::size_t>(place - rows->carriedOut.begin())].cells;
        }
        if (column->state(row) != State::Value) {
            return "alone" + std::to_string(records.keys[row]);
        }
        addCell(together, one.type, column->values[row], *records.dictionary);
    }
    return together;
}

std::optional<std::string> StageReader::togetherOfHole(const KeySet& set,
                                                       const Batch::Space& holes,
                                                       std::uint32_t row,
                                                       const Dictionary& dictionary) const {
    std::string together;
    for (const Register key : set) {
        const bytecode::Instruction& one = program_->code[key];
        if (one.op != Op::Input || holes.columns[one.index].state(row) != State::Value) {
            return std::nullopt;
        }
        addCell(together, one.type, holes.columns[one.index].values[row], dictionary);
    }
    return together;
}

}  // namespace proviso::history

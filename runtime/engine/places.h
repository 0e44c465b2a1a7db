#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/text_hash.h"
#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/decision/view.h"
#include "runtime/engine/carried.h"
#include "runtime/engine/cell_map.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/origin.h"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::engine {

/// The entry records that a row concerns: the one it stands in, or all members of its group.
struct Home {
    std::vector<std::uint32_t> records;  ///< ascending; none where the row's links lead nowhere
    bool shared = false;                 ///< a group's
    std::uint32_t group = 0;             ///< row of the group
};

/// Places that are missing, as texts for one record: sorted, each once.
struct MissingView {
    TextList places{};
    ReasonList reasons{};
    const OpenView* open = nullptr;  ///< of a value of which no more is to be said
};

/// Says in words where rows and fields are, after an interpreter has run. What was said is
/// remembered until it looks at the next run. Not thread-safe.
class Places {
  public:
    Places(const Interpreter& run, const Batch& batch) : Places(run, own_) { look(batch); }
    /// Views of texts are good as long as the arena, the program and the batch's dictionary. Looks
    /// at nothing yet.
    Places(const Interpreter& run, Arena& arena)
        : run_(run), program_(run.program()), arena_(arena), origins_(run) {}
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;
    ~Places() = default;

    /// The interpreter has run over this batch.
    void look(const Batch& batch);

    std::string key(std::uint32_t record) const { return std::string(keyText(record)); }
    std::string_view keyText(std::uint32_t record) const;
    /// Good until the next is asked for.
    const Home& home(std::uint32_t space, std::uint32_t row) {
        if (space != 0) {
            return homeInside(space, row);
        }
        home_.records.resize(1);
        home_.records[0] = row;
        home_.shared = false;
        home_.group = 0;
        return home_;
    }

    /// `order`, `items[1]`, `customer_day`, `invoice_lines[0]`; rows of another record than the one
    /// printed begin with its key. The space's name alone where `row` is kNone.
    std::string row(std::uint32_t space, std::uint32_t row, std::uint32_t printedRecord) {
        return std::string(rowText(space, row, printedRecord));
    }
    std::string_view rowText(std::uint32_t space, std::uint32_t row, std::uint32_t printedRecord);

    /// The places that make the value unknown, for whatever record they are told; sorted, each
    /// once.
    std::vector<CarriedPlace> missingAnywhere(bytecode::Register reg, std::uint32_t row);

    /// The same as texts for one record, with what packs say of them.
    MissingView
    missingTexts(bytecode::Register reg, std::uint32_t row, std::uint32_t printedRecord);
    std::vector<std::string> missing(bytecode::Register reg,
                                     std::uint32_t row,
                                     std::uint32_t printedRecord,
                                     PlaceReasons* reasons = nullptr);

    const Interpreter& run() const { return run_; }
    const bytecode::Program& program() const { return program_; }
    const Batch& batch() const { return *batch_; }
    Arena& arena() { return arena_; }
    /// Texts in any order, with what is said of them.
    MissingView view(std::span<const std::string_view> places, std::span<const ReasonView> reasons);
    /// As errorCodes.
    const std::vector<EvaluationError>& errors(bytecode::Register reg, std::uint32_t row) {
        return origins_.errors(reg, row);
    }

    /// The row that `link` leads to, kNone where it leads nowhere; `link` kNone is the row itself.
    std::uint32_t follow(bytecode::Register link, std::uint32_t row) const;

  private:
    /// CarriedPlace, as a view.
    struct Place {
        std::string_view record;
        std::string_view text;
        std::string_view why;

        friend auto operator<=>(const Place&, const Place&) = default;
    };
    /// An answer of Origins.
    struct Missing {
        bool isFound = false;  ///< `places` are there
        std::span<const Place> places;
        std::uint32_t toldTo = bytecode::kNone;  ///< the record that `told` is for
        bool isTold = false;
        MissingView told{};
    };

    struct TextHash {
        std::uint64_t operator()(std::string_view text) const {
            return hashText(text, secretSeed());
        }
    };
    /// One place that is missing, by where its texts lie.
    struct OnePlace {
        const char* text = nullptr;
        const char* why = nullptr;

        friend bool operator==(const OnePlace&, const OnePlace&) = default;
    };
    struct OnePlaceHash {
        static constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;

        std::uint64_t operator()(const OnePlace& one) const {
            return foldedProduct(reinterpret_cast<std::uintptr_t>(one.text),
                                 reinterpret_cast<std::uintptr_t>(one.why) ^ kOdd);
        }
    };

    const Home& homeInside(std::uint32_t space, std::uint32_t row);
    bool isInput(std::uint32_t space) const { return space < program_.schema.spaces.size(); }
    std::uint32_t entryRow(std::uint32_t space, std::uint32_t row) const;
    std::string_view path(std::uint32_t space, std::uint32_t row);
    Missing& missingOf(bytecode::Register reg, std::uint32_t row);
    std::span<const Place> find(std::span<const Origin> origins);
    MissingView tell(std::span<const Place> places, std::uint32_t printedRecord);
    std::string_view intern(std::string_view text);
    std::string_view joined(std::initializer_list<std::string_view> parts);

    const Interpreter& run_;
    const bytecode::Program& program_;
    const Batch* batch_ = nullptr;
    Arena own_;  ///< for what is not told, and where no other was given
    Arena& arena_;
    Origins origins_;
    Home home_;
    CellMap pathNumbers_;
    std::vector<std::string_view> paths_;
    std::vector<Missing> missing_;  ///< by number of the answer
    NumberMap<std::string_view, TextHash> texts_;
    NumberMap<OnePlace, OnePlaceHash> oneNumbers_;
    std::vector<MissingView> ones_;
    // Used again and again.
    std::vector<Place> found_;
    std::vector<std::string_view> placeTexts_;
    std::vector<ReasonView> reasons_;
    std::string text_;
};

}  // namespace proviso::engine

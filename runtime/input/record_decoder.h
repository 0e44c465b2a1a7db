#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "runtime/input/field_reader.h"
#include "runtime/input/json_document.h"
#include "runtime/input/quick_reader.h"
#include "runtime/input/record_rows.h"
#include "runtime/input/record_shape.h"
#include "runtime/input/rejection.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proviso {

/// Turns one JSON object after the other into rows of columns. Not thread-safe.
class RecordDecoder {
  public:
    struct Failure {
        RejectionReason reason = RejectionReason::None;
        std::string field;
        std::string message;
    };

    /// All must outlive the decoder. `read`: RecordRows.
    RecordDecoder(const Schema& schema,
                  Dictionary& dictionary,
                  JsonLimits limits,
                  const ReadOfRecords* read = nullptr);

    /// Appends the record of a line whose text is sure to be what `append` takes, and then says the
    /// same. False: nothing was appended, and the careful way tells what is so or wrong.
    bool appendQuickly(const InputLine& line);

    /// Appends the record that `document` holds, an object, whether it fits or not; what could not
    /// be read is unknown. Null when it fits; otherwise the reason, which lives until the next
    /// call, and the caller takes the record back.
    const Failure* append(const JsonDocument& document);

    /// Removes the record that was appended last, with its lists.
    void takeBack() { rows_.takeBack(); }

    /// What was appended. Vectors may be longer than there are rows.
    const Batch& batch() const noexcept { return rows_.batch(); }

    /// RecordRows::reserve.
    void reserve(double factor) { rows_.reserve(factor); }
    /// RecordRows::firstRows; to be called before `finish`.
    std::vector<std::vector<std::uint32_t>> firstRows() { return rows_.firstRows(); }

    /// All that was appended, every column with a state for every row. Ends the use of this, until
    /// `reuse`.
    Batch finish() { return rows_.finish(); }
    /// RecordRows::takeDigests.
    std::vector<std::uint64_t> takeDigests() { return rows_.takeDigests(); }
    /// RecordRows::reuse.
    void reuse(Batch batch, std::vector<std::vector<std::uint32_t>> firstRows) {
        rows_.reuse(std::move(batch), std::move(firstRows));
    }

    /// Names that the schema does not know, dotted, and how often; counting begins anew. At most
    /// kMaximumIgnoredNames, unless `countEveryName` was called; others under "(other)".
    std::map<std::string, std::uint64_t> takeIgnoredFields();

    /// Of some records of many: names are given to the decoder of all (`addIgnored`), which alone
    /// knows which of them are others.
    void countEveryName() { countsEveryName_ = true; }
    /// As they came first; counting begins anew.
    std::vector<std::pair<std::string, std::uint64_t>> takeIgnoredInOrder();
    void addIgnored(const std::vector<std::pair<std::string, std::uint64_t>>& names);

  private:
    struct PathPart {
        std::string_view name;
        std::int64_t element = -1;  ///< where the name is a list: which of its elements
    };

    void decodeObject(std::uint32_t object, std::uint32_t node);
    void decodeField(std::uint32_t space, std::uint32_t field, std::uint32_t node);
    void decodeList(std::uint32_t space, std::uint32_t node);
    void checkRequired(const RecordShape::Object& object, std::uint64_t pass);
    void fail(RejectionReason reason, std::string_view name, std::string_view detail = {});
    void ignore(std::string_view name);
    std::uint64_t& ignoredCount(const std::string& path);
    std::uint64_t& countOf(const std::string& path);
    std::string pathTo(std::string_view name, bool withElements) const;
    bool mayMissFields() const;
    const Failure* withOthers(Failure& failure);

    const Schema& schema_;
    RecordShape shape_;
    FieldReader reader_;
    RecordRows rows_;
    QuickReader quick_;
    std::map<std::string, std::uint64_t> ignored_;
    std::vector<std::string> ignoredInOrder_;
    bool countsEveryName_ = false;

    // Of the record that is being read.
    const JsonDocument* document_ = nullptr;
    std::vector<PathPart> path_;
    Failure failure_;  ///< the first that is not a missing field
    Failure missing_;  ///< the first missing field
    struct Fault {
        RejectionReason reason = RejectionReason::None;
        std::string field;
    };
    std::vector<Fault> others_;  ///< what else is wrong, so that all of it can be mended at once
    std::uint64_t passes_ = 0;
    std::vector<std::uint64_t>
        listPasses_;  ///< by space: the pass over an object that had the list
};

/// Whether text from the input looks like the name of a field. Names come from outside: one that
/// does not look like a name may be data, and is not repeated.
bool looksLikeFieldName(std::string_view text);

}  // namespace proviso

#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "runtime/input/field_reader.h"
#include "runtime/input/json_document.h"
#include "runtime/input/record_shape.h"
#include "runtime/input/rejection.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
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

    /// Both must outlive the decoder.
    RecordDecoder(const Schema& schema, Dictionary& dictionary);

    /// Appends the record that `document` holds, an object, whether it fits or not; what could not
    /// be read is unknown. Null when it fits; otherwise the reason, which lives until the next
    /// call, and the caller takes the record back.
    const Failure* append(const JsonDocument& document);

    /// Removes the record that was appended last, with its lists.
    void takeBack();

    /// What was appended. Every column has a state for every row.
    Batch& batch() noexcept { return batch_; }

    /// Names that the schema does not know, dotted, and how often.
    std::map<std::string, std::uint64_t>& ignoredFields() noexcept { return ignored_; }

  private:
    struct PathPart {
        std::string_view name;
        std::int64_t element = -1;  ///< where the name is a list: which of its elements
    };

    void decodeObject(std::uint32_t object, std::uint32_t node);
    void decodeField(std::uint32_t space, std::uint32_t field, std::uint32_t node);
    void decodeList(std::uint32_t space, std::uint32_t node);
    void checkRequired(const RecordShape::Object& object, std::uint64_t pass);
    std::uint32_t appendRow(std::uint32_t space, std::uint32_t parent, std::uint32_t position);

    void fail(RejectionReason reason, std::string_view name, std::string_view detail = {});
    void ignore(std::string_view name);
    std::string pathTo(std::string_view name, bool withElements) const;
    bool mayMissFields() const;

    const Schema& schema_;
    RecordShape shape_;
    FieldReader reader_;
    Batch batch_;
    std::map<std::string, std::uint64_t> ignored_;

    // Of the record that is being read.
    const JsonDocument* document_ = nullptr;
    std::vector<std::uint32_t> firstRows_;  ///< by space: rows of the records before
    std::vector<PathPart> path_;
    Failure failure_;  ///< the first that is not a missing field
    Failure missing_;  ///< the first missing field
    std::uint64_t passes_ = 0;
    std::vector<std::uint64_t>
        listPasses_;  ///< by space: the pass over an object that had the list
};

/// Whether text from the input looks like the name of a field. Names come from outside: one that
/// does not look like a name may be data, and is not repeated.
bool looksLikeFieldName(std::string_view text);

}  // namespace proviso

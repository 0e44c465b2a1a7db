#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "runtime/input/json_document.h"
#include "runtime/input/rejection.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace proviso {

/// How reading one value went.
struct FieldReading {
    RejectionReason reason = RejectionReason::None;
    std::int64_t value = 0;
    std::string_view part;  ///< the name inside the value that is at fault, for attestations
};

/// Reads JSON values as the types of a schema say, exactly or not at all. Texts and codes are
/// interned.
class FieldReader {
  public:
    /// Both must outlive the reader.
    FieldReader(const Schema& schema, Dictionary& dictionary);

    /// `node` is not null.
    FieldReading read(Type type, bool isSigned, const JsonDocument& document, std::uint32_t node);

  private:
    FieldReading readNumber(Type type, bool isSigned, const JsonNode& node) const;
    FieldReading readCode(Type type, const JsonNode& node);
    FieldReading readMember(Type type, const JsonNode& node) const;
    static FieldReading readAttestation(const JsonDocument& document, std::uint32_t node);

    const Schema& schema_;
    Dictionary& dictionary_;
    std::vector<std::unordered_map<std::string_view, std::int64_t>> members_;  ///< by enumeration
    std::vector<std::vector<bool>> listed_;  ///< by closed code set, by text id
    std::string normalised_;
};

/// What a type is, in the reader's words: "an amount of money".
std::string describeType(Type type);
/// The names of an enumeration or the codes of a closed set, the first of many: "`web` or `shop`".
/// Empty for every other type.
std::string describeNames(const Schema& schema, Type type);

}  // namespace proviso

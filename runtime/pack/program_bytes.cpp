#include "runtime/pack/program_bytes.h"

#include "runtime/pack/coding.h"
#include "runtime/pack/program_fields.h"

namespace proviso::pack {

Result<std::string> encodeProgram(const bytecode::Program& program) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer(program);
    if (!writer.isWhole()) {
        return Error{ErrorCode::LimitExceeded, "a text or list of the program is too long"};
    }
    return bytes;
}

Result<std::shared_ptr<bytecode::Program>> decodeProgram(std::string_view bytes) {
    auto program = std::make_shared<bytecode::Program>();
    ByteReader reader(bytes);
    reader(*program);
    if (reader.failed()) {
        return Error{ErrorCode::Malformed, reader.problem()};
    }
    if (reader.remaining() != 0) {
        return Error{ErrorCode::Malformed, "bytes follow the program"};
    }
    return program;
}

}  // namespace proviso::pack

#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/program.h"

#include <memory>
#include <string>
#include <string_view>

/// The whole of a program as bytes.
namespace proviso::pack {

/// LimitExceeded for a program with a text or list too long to be said.
Result<std::string> encodeProgram(const bytecode::Program& program);

/// The one program of these bytes, not verified. Malformed. Encoding gives the same bytes.
Result<std::shared_ptr<bytecode::Program>> decodeProgram(std::string_view bytes);

}  // namespace proviso::pack

#pragma once

#include "runtime/jit/kernel_compiler.h"

#include <string>

namespace proviso::jit {

/// Loads the plug-in once and for all; nullptr and a message where it is not there or does not fit.
/// `path` empty: looked for beside the program or library that this code is in.
KernelCompiler* loadPlugin(const std::string& path, std::string& message);

}  // namespace proviso::jit

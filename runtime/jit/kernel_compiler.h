#pragma once

#include "runtime/jit/kernel_code.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// What the plug-in offers. It is built from the same sources as whoever loads it; kPluginInterface
/// keeps apart what was not.
namespace proviso::jit {

inline constexpr const char* kPluginInterface = "proviso-jit-6 " __VERSION__;

/// Machine code. It may run on any number of threads as long as this lives.
class CompiledKernels {
  public:
    CompiledKernels() = default;
    CompiledKernels(const CompiledKernels&) = delete;
    CompiledKernels& operator=(const CompiledKernels&) = delete;
    virtual ~CompiledKernels() = default;

    /// By the kernel's place in what was compiled.
    virtual KernelFunction function(std::size_t index) const = 0;
    virtual bool wasCached() const = 0;
};

struct CompileRequest {
    std::vector<KernelCode> kernels;
    std::string name;         ///< of the pack set: its entries in the cache begin with it
    std::string cacheFolder;  ///< empty: no cache
    bool optimize = true;
    std::string processor;  ///< as LLVM names it; empty: this machine's, with all that it can do
};

/// May be called from any thread.
class KernelCompiler {
  public:
    virtual ~KernelCompiler() = default;

    /// nullptr and a message where the kernels cannot be compiled.
    virtual std::unique_ptr<CompiledKernels> compile(const CompileRequest& request,
                                                     std::string& message) = 0;
    /// The processor that is compiled for, for people.
    virtual std::string target() const = 0;
};

/// The plug-in's one symbol; nullptr where it was built for another interface.
using OpenPlugin = KernelCompiler* (*)(const char* interface);
inline constexpr const char* kOpenPlugin = "proviso_jit_open";

}  // namespace proviso::jit

#include "runtime/jit/kernel_compiler.h"
#include "runtime/jit/llvm/cache.h"
#include "runtime/jit/llvm/emitter.h"

#include <llvm/ExecutionEngine/Orc/CompileUtils.h>
#include <llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h>
#include <llvm/ExecutionEngine/SectionMemoryManager.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Host.h>

#include <cstring>
#include <mutex>
#include <utility>

namespace proviso::jit {

namespace {

namespace orc = llvm::orc;

std::string textOf(llvm::Error error) {
    return llvm::toString(std::move(error));
}

std::string nameOf(std::size_t kernel) {
    return "kernel" + std::to_string(kernel);
}

/// Code of its own in memory of its own, which may be executed and not written.
class LinkedKernels final : public CompiledKernels {
  public:
    LinkedKernels(std::unique_ptr<orc::LLJIT> jit,
                  std::vector<KernelFunction> functions,
                  bool wasCached)
        : jit_(std::move(jit)), functions_(std::move(functions)), wasCached_(wasCached) {}

    KernelFunction function(std::size_t index) const override { return functions_[index]; }
    bool wasCached() const override { return wasCached_; }

  private:
    std::unique_ptr<orc::LLJIT> jit_;
    std::vector<KernelFunction> functions_;
    bool wasCached_;
};

class Compiler final : public KernelCompiler {
  public:
    explicit Compiler(orc::JITTargetMachineBuilder host) : host_(std::move(host)) {
        host_.setCodeGenOptLevel(llvm::CodeGenOptLevel::Less);
    }

    std::string target() const override { return host_.getCPU(); }

    std::unique_ptr<CompiledKernels> compile(const CompileRequest& request,
                                             std::string& message) override {
        orc::JITTargetMachineBuilder machine = host_;
        if (!request.processor.empty()) {
            machine.setCPU(request.processor);
            machine.getFeatures() = llvm::SubtargetFeatures();
        }
        const ObjectCache cache(request.cacheFolder);
        const std::string key = keyOf(request, machine);
        std::unique_ptr<llvm::MemoryBuffer> object = cache.find(request.name, key);
        const bool wasCached = object != nullptr;
        if (!wasCached) {
            object = makeObject(request, machine, message);
            if (object == nullptr) {
                return nullptr;
            }
            cache.keep(request.name, key, *object);
        }
        return link(std::move(object), machine, request.kernels.size(), wasCached, message);
    }

  private:
    /// How many rows a step of a loop takes: what one register of the processor holds.
    static unsigned widthOf(const llvm::TargetMachine& machine) {
        const llvm::MCSubtargetInfo& processor = *machine.getMCSubtargetInfo();
        if (!machine.getTargetTriple().isX86()) {
            return 2;
        }
        return processor.checkFeatures("+avx512f") ? 8 : processor.checkFeatures("+avx2") ? 4 : 2;
    }

    /// All that machine code depends on.
    static std::string keyOf(const CompileRequest& request,
                             const orc::JITTargetMachineBuilder& machine) {
        std::string key =
            std::string(kPluginInterface) +
            "\n" PROVISO_VERSION "\n" PROVISO_JIT_MADE_BY "\n" LLVM_VERSION_STRING "\n" +
            machine.getTargetTriple().str() + "\n" + machine.getCPU() + "\n" +
            machine.getFeatures().getString() + (request.optimize ? "\no\n" : "\nn\n");
        for (const KernelCode& kernel : request.kernels) {
            const std::string bytes = bytesOf(kernel);
            key += std::to_string(bytes.size()) + ":" + bytes;
        }
        return key;
    }

    static std::unique_ptr<llvm::MemoryBuffer> makeObject(const CompileRequest& request,
                                                          orc::JITTargetMachineBuilder& builder,
                                                          std::string& message) {
        auto machine = builder.createTargetMachine();
        if (!machine) {
            message = textOf(machine.takeError());
            return nullptr;
        }
        if (!request.optimize) {
            (*machine)->setOptLevel(llvm::CodeGenOptLevel::None);
        }
        const unsigned width = widthOf(**machine);
        llvm::LLVMContext context;
        llvm::Module module("kernels", context);
        module.setDataLayout((*machine)->createDataLayout());
        module.setTargetTriple(builder.getTargetTriple().str());
        for (std::size_t index = 0; index < request.kernels.size(); ++index) {
            llvm::Function* const function =
                Emitter(module, request.kernels[index], width).emit(nameOf(index));
            function->addFnAttr("target-cpu", builder.getCPU());
            function->addFnAttr("target-features", builder.getFeatures().getString());
            if (width == 8) {
                function->addFnAttr("prefer-vector-width", "512");
                function->addFnAttr("min-legal-vector-width", "512");
            }
            std::string trouble;
            llvm::raw_string_ostream stream(trouble);
            if (llvm::verifyFunction(*function, &stream)) {
                message = "the code made for " + nameOf(index) + " is not sound: " + stream.str();
                return nullptr;
            }
        }
        if (request.optimize) {
            optimize(module, **machine);
        }
        // The compiler of ORC, without its cache: ours knows what it may trust.
        auto object = orc::SimpleCompiler(**machine)(module);
        if (!object) {
            message = textOf(object.takeError());
            return nullptr;
        }
        return std::move(*object);
    }

    /// Little is left to do: what is known was folded when the code was written.
    static void optimize(llvm::Module& module, llvm::TargetMachine& machine) {
        llvm::LoopAnalysisManager loops;
        llvm::FunctionAnalysisManager functions;
        llvm::CGSCCAnalysisManager calls;
        llvm::ModuleAnalysisManager modules;
        llvm::PassBuilder builder(&machine);
        builder.registerModuleAnalyses(modules);
        builder.registerCGSCCAnalyses(calls);
        builder.registerFunctionAnalyses(functions);
        builder.registerLoopAnalyses(loops);
        builder.crossRegisterProxies(loops, functions, calls, modules);
        llvm::ModulePassManager passes;
        if (llvm::Error failed = builder.parsePassPipeline(passes, "function(early-cse)")) {
            llvm::consumeError(std::move(failed));
            return;
        }
        passes.run(module, modules);
    }

    static std::unique_ptr<CompiledKernels> link(std::unique_ptr<llvm::MemoryBuffer> object,
                                                 const orc::JITTargetMachineBuilder& machine,
                                                 std::size_t count,
                                                 bool wasCached,
                                                 std::string& message) {
        orc::LLJITBuilder builder;
        builder.setJITTargetMachineBuilder(machine);
        builder.setNumCompileThreads(0);
        // Kernels call nothing but what may be listed below; nothing of the process can be found.
        builder.setLinkProcessSymbolsByDefault(false);
        builder.setPlatformSetUp(orc::setUpInactivePlatform);
        builder.setObjectLinkingLayerCreator(
            [](orc::ExecutionSession& session,
               const llvm::Triple&) -> llvm::Expected<std::unique_ptr<orc::ObjectLayer>> {
                // Pages are written, then made executable and not writable.
                return std::make_unique<orc::RTDyldObjectLinkingLayer>(
                    session, [] { return std::make_unique<llvm::SectionMemoryManager>(); });
            });
        auto jit = builder.create();
        if (!jit) {
            message = textOf(jit.takeError());
            return nullptr;
        }
        orc::JITDylib& library = (*jit)->getMainJITDylib();
        const auto symbol = [](auto* function) {
            return orc::ExecutorSymbolDef(orc::ExecutorAddr::fromPtr(function),
                                          llvm::JITSymbolFlags::Exported);
        };
        orc::SymbolMap listed;
        listed[(*jit)->mangleAndIntern("memcpy")] = symbol(&std::memcpy);
        listed[(*jit)->mangleAndIntern("memset")] = symbol(&std::memset);
        if (llvm::Error failed = library.define(orc::absoluteSymbols(std::move(listed)))) {
            message = textOf(std::move(failed));
            return nullptr;
        }
        if (llvm::Error failed = (*jit)->addObjectFile(std::move(object))) {
            message = textOf(std::move(failed));
            return nullptr;
        }
        std::vector<KernelFunction> functions;
        for (std::size_t index = 0; index < count; ++index) {
            auto address = (*jit)->lookup(nameOf(index));
            if (!address) {
                message = textOf(address.takeError());
                return nullptr;
            }
            functions.push_back(address->toPtr<KernelFunction>());
        }
        return std::make_unique<LinkedKernels>(std::move(*jit), std::move(functions), wasCached);
    }

    orc::JITTargetMachineBuilder host_;
};

}  // namespace

}  // namespace proviso::jit

extern "C" __attribute__((visibility("default"))) proviso::jit::KernelCompiler*
proviso_jit_open(const char* interface) {
    if (std::strcmp(interface, proviso::jit::kPluginInterface) != 0) {
        return nullptr;
    }
    static std::mutex mutex;
    static std::unique_ptr<proviso::jit::KernelCompiler> compiler;
    const std::lock_guard lock(mutex);
    if (compiler == nullptr) {
        llvm::InitializeNativeTarget();
        llvm::InitializeNativeTargetAsmPrinter();
        auto machine = llvm::orc::JITTargetMachineBuilder::detectHost();
        if (!machine) {
            llvm::consumeError(machine.takeError());
            return nullptr;
        }
        compiler = std::make_unique<proviso::jit::Compiler>(std::move(*machine));
    }
    return compiler.get();
}

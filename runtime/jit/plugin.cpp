#include "runtime/jit/plugin.h"

#include <dlfcn.h>
#include <filesystem>
#include <map>
#include <mutex>
#include <vector>

namespace proviso::jit {

namespace {

constexpr const char* kFile = "libproviso_jit.so";

std::vector<std::string> candidates() {
    Dl_info own{};
    if (::dladdr(reinterpret_cast<const void*>(&loadPlugin), &own) == 0 ||
        own.dli_fname == nullptr) {
        return {};
    }
    std::error_code failed;
    // Of a program that is the name it was called by, which may be a file of any other folder.
    std::filesystem::path file = own.dli_fname;
    if (!file.is_absolute()) {
        file = "/proc/self/exe";
    }
    file = std::filesystem::canonical(file, failed);
    if (failed) {
        return {};
    }
    const std::filesystem::path folder = file.parent_path();
    std::vector<std::string> found;
    // Beside it, in the folder of its own, and, of a program, where libraries are.
    for (const std::filesystem::path& place :
         {folder, folder / "proviso", folder.parent_path() / PROVISO_LIBRARY_FOLDER / "proviso"}) {
        if (std::filesystem::is_regular_file(place / kFile, failed)) {
            found.push_back((place / kFile).string());
        }
    }
    return found;
}

KernelCompiler* load(const std::string& path, std::string& message) {
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): each thread has a message of its own
        const char* const reason = ::dlerror();
        message = std::string("it cannot be loaded: ") + (reason != nullptr ? reason : path);
        return nullptr;
    }
    const auto open = reinterpret_cast<OpenPlugin>(::dlsym(library, kOpenPlugin));
    KernelCompiler* const compiler = open != nullptr ? open(kPluginInterface) : nullptr;
    if (compiler == nullptr) {
        message = path + " belongs to another version";
        ::dlclose(library);
    }
    return compiler;
}

}  // namespace

KernelCompiler* loadPlugin(const std::string& path, std::string& message) {
    static std::mutex mutex;
    static std::map<std::string, KernelCompiler*> known;
    const std::lock_guard lock(mutex);
    if (const auto place = known.find(path); place != known.end()) {
        return place->second;
    }
    std::string file = path;
    if (file.empty()) {
        const std::vector<std::string> found = candidates();
        if (found.empty()) {
            message = std::string(kFile) + " is not installed";
            return nullptr;
        }
        file = found.front();
    }
    KernelCompiler* const compiler = load(file, message);
    if (compiler != nullptr) {
        known.emplace(path, compiler);
    }
    return compiler;
}

}  // namespace proviso::jit

#include "tools/proviso/large_pages.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace proviso::tool {

namespace {

constexpr const char* kVariable = "GLIBC_TUNABLES";
constexpr const char* kLargePages = "glibc.malloc.hugetlb=1";
/// Some systems take the other one away from a program that starts; it must not start for ever.
constexpr const char* kWasStartedAgain = "PROVISO_STARTED_AGAIN";

std::string textOf(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Where they are for all, or for nobody, asking changes nothing.
bool mustBeAskedFor() {
    return textOf("/sys/kernel/mm/transparent_hugepage/enabled").find("[madvise]") !=
           std::string::npos;
}

}  // namespace

void startAgainWithLargePages() {
    // NOLINTBEGIN(concurrency-mt-unsafe): there is one thread yet
    if (std::getenv(kVariable) != nullptr || std::getenv(kWasStartedAgain) != nullptr ||
        !mustBeAskedFor()) {
        return;
    }
    std::string line = textOf("/proc/self/cmdline");  // each argument ends with a zero
    if (line.empty() || line.back() != '\0' || setenv(kVariable, kLargePages, 1) != 0 ||
        setenv(kWasStartedAgain, "1", 1) != 0) {
        return;
    }
    std::vector<char*> arguments;
    for (std::size_t at = 0; at < line.size(); at = line.find('\0', at) + 1) {
        arguments.push_back(line.data() + at);
    }
    arguments.push_back(nullptr);
    std::error_code error;
    const std::string program = std::filesystem::read_symlink("/proc/self/exe", error).string();
    execv(program.c_str(), arguments.data());  // by its name, which lists of processes show
    execv("/proc/self/exe", arguments.data());
    unsetenv(kVariable);
    // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace proviso::tool

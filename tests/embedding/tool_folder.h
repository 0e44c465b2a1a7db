#pragma once

#include "tests/embedding/packs.h"

#include <cstdlib>
#include <filesystem>
#include <string>

/// A folder in which the command makes keys, pack-set files and stores.
namespace proviso::test {

class ToolFolder {
  public:
    ToolFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "proviso-embeddingXXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~ToolFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ToolFolder(const ToolFolder&) = delete;
    ToolFolder& operator=(const ToolFolder&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }

    static void run(const std::string& arguments) {
        const std::string command = PROVISO_TOOL " " + arguments + " > /dev/null 2>&1";
        REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(*-env33-c): paths of our own
    }

  private:
    std::filesystem::path path_;
};

inline void writeText(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    REQUIRE(file.flush());
}

}  // namespace proviso::test

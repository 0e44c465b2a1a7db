#pragma once

#include <string>

namespace proviso::tool {

/// A folder of this process that goes away with it.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    /// Empty where none could be made.
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace proviso::tool

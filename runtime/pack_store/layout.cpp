#include "runtime/pack_store/layout.h"

#include "runtime/base/digest.h"
#include "runtime/pack_store/problem.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace proviso::pack_store {

namespace {

constexpr std::string_view kDigestStart = "sha256:";
constexpr std::string_view kSetEnd = ".provisoset";
constexpr std::size_t kDigits = 64;

std::string below(const std::string& folder, std::string_view name) {
    return folder + "/" + std::string(name);
}

Error cannotRead(const std::error_code& error, const std::string& path) {
    return {error == std::errc::no_such_file_or_directory ? ErrorCode::NotFound
                                                          : ErrorCode::CannotRead,
            error.message(),
            path};
}

}  // namespace

std::string headPath(const std::string& folder) {
    return below(folder, kHeadName);
}

std::string journalPath(const std::string& folder) {
    return below(folder, kJournalName);
}

std::string lockPath(const std::string& folder) {
    return below(folder, kLockName);
}

std::string setsPath(const std::string& folder) {
    return below(folder, kSetsName);
}

std::string setPath(const std::string& folder, std::string_view contents) {
    return setsPath(folder) + "/" + std::string(contents.substr(kDigestStart.size())) +
           std::string(kSetEnd);
}

std::optional<std::string> contentsOfName(std::string_view name) {
    if (name.size() != kDigits + kSetEnd.size() || !name.ends_with(kSetEnd)) {
        return std::nullopt;
    }
    const std::string_view digits = name.substr(0, kDigits);
    if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
        return std::nullopt;
    }
    return std::string(kDigestStart) + std::string(digits);
}

Result<std::string> readFile(const std::string& path) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) {
        return cannotRead(
            error ? error : std::make_error_code(std::errc::no_such_file_or_directory), path);
    }
    if (!std::filesystem::is_regular_file(status)) {
        return Error{ErrorCode::CannotRead, "it is no regular file", path};
    }
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    if (!stream) {
        return Error{ErrorCode::CannotRead, "the file cannot be opened", path};
    }
    const std::streamoff size = stream.tellg();
    std::string bytes(static_cast<std::size_t>(std::max<std::streamoff>(size, 0)), '\0');
    stream.seekg(0);
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!stream) {
        return Error{ErrorCode::CannotRead, "reading failed", path};
    }
    return bytes;
}

Result<std::vector<std::string>> namesIn(const std::string& folder) {
    std::error_code error;
    std::vector<std::string> names;
    std::filesystem::directory_iterator place(folder, error);
    for (; !error && place != std::filesystem::directory_iterator(); place.increment(error)) {
        names.push_back(place->path().filename().string());
    }
    if (error) {
        return cannotRead(error, folder);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<Head> loadHead(const std::string& folder) {
    const Result<std::string> text = readFile(headPath(folder));
    if (!text && text.error().code == ErrorCode::NotFound) {
        return problem(Problem::NotAStore, "it would have a file `active`", folder);
    }
    if (!text) {
        return text.error();
    }
    std::optional<Head> head = readHead(*text);
    if (!head) {
        return problem(Problem::StoreDamaged, "the file was changed", headPath(folder));
    }
    return std::move(*head);
}

Result<std::string> loadSet(const std::string& folder, const InstalledSet& set) {
    const std::string path = setPath(folder, set.contents);
    Result<std::string> bytes = readFile(path);
    if (!bytes && bytes.error().code == ErrorCode::NotFound) {
        return problem(Problem::SetDamaged, "it is missing; install the set again", path);
    }
    if (bytes && sha256(*bytes) != set.contents) {
        return problem(Problem::SetDamaged, "it was changed; install the set again", path);
    }
    return bytes;
}

}  // namespace proviso::pack_store

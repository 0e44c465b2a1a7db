#include "runtime/log/files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace proviso::log {

namespace {

constexpr std::string_view kStart = "decisions-";
constexpr std::string_view kEnd = ".log";
constexpr std::size_t kDigits = 8;

/// What is wrong with a line that should follow `former`; empty: nothing.
std::string problemOf(std::string_view line,
                      std::uint64_t file,
                      const std::optional<Head>& former,
                      std::optional<Record>& record) {
    record = readRecord(line);
    if (!record) {
        return "it is no record of a log";
    }
    const bool isFirst = !former || record->kind == Kind::File;
    if (isFirst && (record->kind != Kind::File || record->file != file)) {
        return "it is not the first record of file " + std::to_string(file);
    }
    if (former && record->number != former->number + 1) {
        return "it is record " + std::to_string(record->number) + ", and record " +
               std::to_string(former->number + 1) + " should stand there";
    }
    const std::string before = former ? former->chain : record->after;
    if (record->kind == Kind::File && record->after != before) {
        return "the file does not follow the one before it";
    }
    if (chainOf(line, before) != record->chain) {
        return "it was changed, or what stands before it was";
    }
    return {};
}

}  // namespace

std::string fileName(std::uint64_t file) {
    std::string number = std::to_string(file);
    number.insert(0, number.size() < kDigits ? kDigits - number.size() : 0, '0');
    return std::string(kStart) + number + std::string(kEnd);
}

std::string pathOf(const std::string& folder, std::uint64_t file) {
    return folder + "/" + fileName(file);
}

std::string headPath(const std::string& folder) {
    return folder + "/head";
}

std::string writeHead(const Head& head) {
    std::string number = std::to_string(head.number);
    number.insert(0, 20 - number.size(), '0');
    return number + " " + head.chain + "\n";
}

std::optional<Head> readHead(std::string_view text) {
    Head head;
    const char* const begin = text.data();
    const char* const end = begin + std::min<std::size_t>(text.size(), 20);
    const auto [rest, error] = std::from_chars(begin, end, head.number);
    if (error != std::errc{} || rest != end || text.size() < 22 || text[20] != ' ' ||
        text.back() != '\n') {
        return std::nullopt;
    }
    head.chain = std::string(text.substr(21, text.size() - 22));
    if (!head.chain.starts_with("sha256:") || head.chain.size() != 71) {
        return std::nullopt;
    }
    return head;
}

Result<std::vector<std::uint64_t>> listFiles(const std::string& folder) {
    std::vector<std::uint64_t> files;
    std::error_code error;
    std::filesystem::directory_iterator place(folder, error);
    for (; !error && place != std::filesystem::directory_iterator(); place.increment(error)) {
        const std::string name = place->path().filename().string();
        std::uint64_t file = 0;
        if (name.size() > kStart.size() + kEnd.size() && name.starts_with(kStart) &&
            name.ends_with(kEnd)) {
            std::from_chars(
                name.data() + kStart.size(), name.data() + name.size() - kEnd.size(), file);
        }
        if (file != 0 && name == fileName(file)) {
            files.push_back(file);
        }
    }
    if (error) {
        return Error{ErrorCode::CannotRead, error.message(), folder};
    }
    std::sort(files.begin(), files.end());
    return files;
}

Result<Head> loadHead(const std::string& folder) {
    std::ifstream stream(headPath(folder), std::ios::binary);
    std::ostringstream text;
    if (stream) {
        text << stream.rdbuf();
    }
    if (text.str().empty()) {
        return Head{};
    }
    const std::optional<Head> head = readHead(text.str());
    if (!head) {
        return Error{
            ErrorCode::Malformed, "it does not say how far the log goes", headPath(folder)};
    }
    return *head;
}

Result<Scan> scanFile(const std::string& folder,
                      std::uint64_t file,
                      const std::optional<Head>& former,
                      const std::function<void(const Record&)>& take) {
    std::ifstream stream(pathOf(folder, file), std::ios::binary);
    if (!stream) {
        return Error{ErrorCode::CannotRead, "the file cannot be opened", pathOf(folder, file)};
    }
    std::error_code error;
    Scan scan;
    scan.allBytes = std::filesystem::file_size(pathOf(folder, file), error);
    std::optional<Head> before = former;
    scan.chain = former ? former->chain : std::string();
    std::string line;
    for (std::uint64_t number = 1; std::getline(stream, line); ++number) {
        std::optional<Record> record;
        // getline says so where it met the end before a line break.
        scan.torn = stream.eof();
        scan.problem = scan.torn ? "it does not end" : problemOf(line, file, before, record);
        if (number == 1 && scan.problem.empty() && record->kind != Kind::File) {
            scan.problem = "it is not the first record of file " + std::to_string(file);
        } else if (number > 1 && scan.problem.empty() && record->kind == Kind::File) {
            scan.problem = "it begins another file";
        }
        if (!scan.problem.empty()) {
            scan.problemLine = number;
            return scan;
        }
        if (number == 1) {
            scan.after = record->after;
        }
        ++scan.records;
        scan.last = record->number;
        scan.chain = record->chain;
        scan.goodBytes += line.size() + 1;
        before = Head{record->number, record->chain};
        if (take) {
            take(*record);
        }
    }
    if (stream.bad()) {
        return Error{ErrorCode::CannotRead, "reading failed", pathOf(folder, file)};
    }
    return scan;
}

}  // namespace proviso::log

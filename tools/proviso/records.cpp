#include "tools/proviso/records.h"

#include "runtime/pack_place/pack_place.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>
#include <utility>

namespace proviso::tool {

namespace {

constexpr std::string_view kStdin = "-";

/// Pipes are fine: `<(zcat records.gz)`. They are not looked into: what is read of one is gone.
std::string problemOf(const std::string& path) {
    using std::filesystem::file_type;
    std::error_code error;
    const file_type type = std::filesystem::status(path, error).type();
    if (type == file_type::not_found) {
        return "there is no such file";
    }
    if (error) {
        return error.message();
    }
    if (type == file_type::directory) {
        return "it is a folder; to decide by packs in it, write `--packs " + path + '`';
    }
    // Read as records, each line of a pack would be rejected, and the run go on without the pack.
    const bool isPack =
        type == file_type::regular && (path.ends_with(".prv") || pack_place::placeOf(path));
    return isPack ? "it is a pack, not records; to decide by it, write `--packs " + path + '`' : "";
}

/// Line by line, so that each can be told of.
Result<void>
addLines(Decoder& decoder, const std::string& path, std::size_t source, const LineHook& onLine) {
    std::ifstream file;
    if (path != kStdin) {
        file.open(path, std::ios::binary);
        if (!file) {
            return Error{ErrorCode::CannotRead, "the file cannot be opened", path};
        }
    }
    LineReader reader(path == kStdin ? std::cin : file, DecodeOptions{}.maximumRecordBytes);
    decoder.beginSource(path == kStdin ? "stdin" : path);
    InputLine line;
    while (reader.next(line)) {
        onLine(source, line);
        decoder.addLine(line);
    }
    return reader.failed() ? Error{ErrorCode::CannotRead, "reading failed", path} : Result<void>();
}

/// The answer is empty, or the reason why not.
std::string
readOne(Decoder& decoder, const std::string& path, std::size_t source, const LineHook& onLine) {
    std::string problem = path == kStdin ? std::string() : problemOf(path);
    if (problem.empty() && onLine) {
        const Result<void> read = addLines(decoder, path, source, onLine);
        return read ? std::string() : read.error().message;
    }
    if (problem.empty()) {
        const Result<void> read =
            path == kStdin ? decoder.addStream("stdin", std::cin) : decoder.addFile(path);
        problem = read ? std::string() : read.error().message;
    }
    return problem;
}

}  // namespace

std::string problemOfInput(const std::string& path) {
    return path == kStdin ? std::string() : problemOf(path);
}

std::optional<ReadRecords> readRecords(Console& console,
                                       const bytecode::Program& program,
                                       const std::vector<std::string>& paths,
                                       std::optional<std::int64_t> asOf,
                                       const LineHook& onLine,
                                       std::optional<ReadOfRecords> read,
                                       unsigned threads) {
    if (paths.empty()) {
        console.complain("name the records to read: --visits FILE, or `-` for stdin");
        return std::nullopt;
    }
    if (std::count(paths.begin(), paths.end(), kStdin) > 1) {
        console.complain("stdin can be read only once");
        return std::nullopt;
    }
    ReadRecords records;
    records.dictionary = std::make_unique<Dictionary>(program.texts);
    DecodeOptions options;
    options.read = std::move(read);
    options.threads = threads;
    if (asOf) {
        options.knownAsOf = Date{*asOf};
    }
    Decoder decoder(program.schema, *records.dictionary, options);
    Progress progress(console, "reading");
    for (std::size_t index = 0; index < paths.size(); ++index) {
        progress.update(index, paths.size());
        const std::string problem = readOne(decoder, paths[index], index, onLine);
        if (!problem.empty()) {
            console.complainUnreadable(paths[index] == kStdin ? "stdin" : paths[index], problem);
            return std::nullopt;
        }
    }
    records.decoded = decoder.finish();
    return records;
}

void reportRejections(Console& console, const DecodedRecords& decoded, std::size_t most) {
    std::string text;
    const std::size_t shown = std::min(most, decoded.rejections.size());
    for (std::size_t index = 0; index < shown; ++index) {
        text += formatRejection(decoded.rejections[index]) + '\n';
    }
    if (shown < decoded.rejections.size()) {
        text += "... and " + counted(decoded.rejections.size() - shown, "more rejected record") +
                " (--all shows all)\n";
    }
    for (const auto& [name, count] : decoded.ignoredFields) {
        text += "field `" + name + "` is in no pack and was not read (" + grouped(count) +
                (count == 1 ? " time)\n" : " times)\n");
    }
    if (!text.empty()) {
        console.message(text);
    }
}

}  // namespace proviso::tool

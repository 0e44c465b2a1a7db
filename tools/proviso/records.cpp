#include "tools/proviso/records.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <system_error>

namespace proviso::tool {

namespace {

/// The reason why a path names nothing to read, or an empty text. Pipes are fine: `<(zcat records.gz)`.
std::string problemOf(const std::string& path) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found) {
        return "there is no such file";
    }
    if (error) {
        return error.message();
    }
    return status.type() == std::filesystem::file_type::directory ? "it is a folder" : "";
}

}  // namespace

std::optional<ReadRecords> readRecords(Console& console, const bytecode::Program& program,
                                       const std::vector<std::string>& paths,
                                       std::optional<std::int64_t> asOf) {
    if (paths.empty()) {
        console.complain("name the records to read: --visits FILE, or `-` for stdin");
        return std::nullopt;
    }
    ReadRecords records;
    records.dictionary = std::make_unique<Dictionary>();
    for (const std::string& text : program.texts) {
        records.dictionary->intern(text);
    }
    DecodeOptions options;
    if (asOf) {
        options.knownAsOf = Date{*asOf};
    }
    Decoder decoder(program.schema, *records.dictionary, options);
    Progress progress(console, "reading");
    for (std::size_t index = 0; index < paths.size(); ++index) {
        const std::string& path = paths[index];
        progress.update(index, paths.size());
        if (path == "-") {
            if (std::count(paths.begin(), paths.end(), path) > 1) {
                console.complain("stdin can be read only once");
                return std::nullopt;
            }
            const Result<void> read = decoder.addStream("stdin", std::cin);
            if (!read) {
                console.complain("cannot read stdin: " + read.error().message);
                return std::nullopt;
            }
            continue;
        }
        const std::string problem = problemOf(path);
        if (!problem.empty()) {
            console.complain("cannot read `" + path + "`: " + problem);
            return std::nullopt;
        }
        const Result<void> read = decoder.addFile(path);
        if (!read) {
            console.complain("cannot read `" + path + "`: " + read.error().message);
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

#include "compiler/driver/load.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

namespace proviso {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPackExtension = ".prv";

/// The pack files below a folder; sorted by the caller.
void collectFolder(const fs::path& folder,
                   const LoadLimits& limits,
                   std::set<std::string>& found,
                   DiagnosticSink& sink) {
    std::error_code error;
    fs::recursive_directory_iterator place(folder, error);
    if (error) {
        sink.report(DiagnosticKind::FileUnreadable, Span{}, {folder.string(), error.message()});
        return;
    }
    const fs::recursive_directory_iterator end;
    while (place != end) {
        if (place.depth() >= static_cast<int>(limits.folderDepth)) {
            place.disable_recursion_pending();
        }
        std::error_code ignored;
        if (place->path().extension() == kPackExtension && !place->is_directory(ignored)) {
            found.insert(place->path().lexically_normal().string());
        }
        if (found.size() > limits.files) {
            sink.report(
                DiagnosticKind::FileUnreadable,
                Span{},
                {folder.string(),
                 "there are more than " + std::to_string(limits.files) + " files below it"});
            return;
        }
        place.increment(error);
        if (error) {
            sink.report(DiagnosticKind::FileUnreadable, Span{}, {folder.string(), error.message()});
            return;
        }
    }
}

/// The same file may be named twice, by its folder and by itself.
std::string identityOf(const std::string& path) {
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(path, error);
    return error ? path : canonical.string();
}

bool staysBelow(const fs::path& relative) {
    if (relative.is_absolute() || relative.empty()) {
        return false;
    }
    return std::none_of(
        relative.begin(), relative.end(), [](const fs::path& part) { return part == ".."; });
}

}  // namespace

std::string readFile(const std::string& path, std::size_t mostBytes, std::string& text) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) {
        return "there is no such file";
    }
    if (error) {
        return error.message();
    }
    if (status.type() == fs::file_type::directory) {
        return "it is a folder";
    }
    // A pipe or a device could block or never end.
    if (status.type() != fs::file_type::regular) {
        return "it is not a regular file";
    }
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return std::error_code(errno, std::generic_category()).message();
    }
    // One byte more than the file has, or than is allowed, tells whether there is more.
    const std::uintmax_t size = fs::file_size(path, error);
    text.resize(1 +
                static_cast<std::size_t>(error ? 0 : std::min<std::uintmax_t>(size, mostBytes)));
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    auto got = static_cast<std::size_t>(stream.gcount());
    if (got == text.size() && got <= mostBytes) {
        text.resize(mostBytes + 1);  // it grew, or would not say how large it is
        stream.read(text.data() + got, static_cast<std::streamsize>(text.size() - got));
        got += static_cast<std::size_t>(stream.gcount());
    }
    if (stream.bad()) {
        return "reading failed";
    }
    text.resize(got);
    text.shrink_to_fit();
    if (text.size() > mostBytes) {
        return "it is larger than " + std::to_string(mostBytes) + " bytes";
    }
    return {};
}

std::vector<SourceId> loadPackTexts(const std::vector<std::string>& paths,
                                    Sources& sources,
                                    DiagnosticSink& sink,
                                    const LoadLimits& limits) {
    std::set<std::string> found;
    for (const std::string& path : paths) {
        std::error_code error;
        if (fs::is_directory(path, error)) {
            const std::size_t before = found.size();
            const std::size_t errorsBefore = sink.errorCount();
            collectFolder(path, limits, found, sink);
            if (found.size() == before && sink.errorCount() == errorsBefore) {
                sink.report(DiagnosticKind::FileUnreadable,
                            Span{},
                            {path, "there is no *.prv file below it"});
            }
        } else {
            found.insert(fs::path(path).lexically_normal().string());
        }
    }
    std::vector<SourceId> loaded;
    std::set<std::string> identities;
    for (const std::string& path : found) {
        if (!identities.insert(identityOf(path)).second) {
            continue;
        }
        std::string text;
        const std::string problem = readFile(path, limits.packBytes, text);
        if (!problem.empty()) {
            sink.report(DiagnosticKind::FileUnreadable, Span{}, {path, problem});
            continue;
        }
        loaded.push_back(sources.add(path, std::move(text)));
    }
    return loaded;
}

std::optional<SourceId> loadTableText(SourceId pack,
                                      const ast::Text& file,
                                      Sources& sources,
                                      DiagnosticSink& sink,
                                      const LoadLimits& limits) {
    const fs::path relative(file.text);
    if (!staysBelow(relative)) {
        sink.report(DiagnosticKind::FileUnreadable,
                    file.span,
                    {file.text, "it is not below the folder of the pack"})
            .help("name the file as it is found from the folder of the pack");
        return std::nullopt;
    }
    const fs::path folder = fs::path(std::string(sources.path(pack))).parent_path();
    const std::string path = (folder / relative).lexically_normal().string();
    std::string text;
    const std::string problem = readFile(path, limits.tableBytes, text);
    if (!problem.empty()) {
        sink.report(DiagnosticKind::FileUnreadable, file.span, {path, problem});
        return std::nullopt;
    }
    return sources.add(path, std::move(text));
}

}  // namespace proviso

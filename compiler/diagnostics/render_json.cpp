#include "compiler/diagnostics/render.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

namespace proviso {

namespace {

// Keys stay in the order they are written in, so the output is stable and reads well.
using Json = nlohmann::ordered_json;

/// Paths and source text may be anything; broken UTF-8 becomes U+FFFD instead of an exception.
std::string write(const Json& json) {
    return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

Json positionOf(const Sources& sources, SourceId source, std::uint32_t offset) {
    const Position position = sources.position(source, offset);
    return {{"line", position.line}, {"column", position.column}, {"offset", offset}};
}

Json placeOf(const Sources& sources, Span span) {
    if (!span.source.isValid()) {
        return nullptr;
    }
    return {{"path", std::string(sources.path(span.source))},
            {"start", positionOf(sources, span.source, span.begin)},
            {"end", positionOf(sources, span.source, span.end)}};
}

Json jsonOf(const Diagnostic& diagnostic, const Sources& sources) {
    Json json;
    json["code"] = std::string(diagnostic.code());
    json["severity"] = std::string(severityWord(diagnostic.severity()));
    json["message"] = diagnostic.message();
    json["place"] = placeOf(sources, diagnostic.span);
    if (!diagnostic.primaryLabel.empty()) {
        json["label"] = diagnostic.primaryLabel;
    }
    json["labels"] = Json::array();
    for (const Label& label : diagnostic.labels) {
        json["labels"].push_back({{"place", placeOf(sources, label.span)}, {"text", label.text}});
    }
    if (!diagnostic.help.empty()) {
        json["help"] = diagnostic.help;
    }
    if (diagnostic.fix) {
        json["fix"] = {{"place", placeOf(sources, diagnostic.fix->span)},
                       {"replacement", diagnostic.fix->replacement}};
    }
    return json;
}

/// A path as a URI reference: everything but unreserved characters and slashes is escaped.
std::string uriOf(std::string_view path) {
    constexpr std::string_view kHexDigits = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789-._~/";
    std::string uri = path.starts_with('/') ? "file://" : "";
    for (const char letter : path) {
        if (kPlain.find(letter) != std::string_view::npos) {
            uri += letter;
        } else {
            const auto byte = static_cast<unsigned char>(letter);
            uri += '%';
            uri += kHexDigits[byte >> 4U];
            uri += kHexDigits[byte & 0xFU];
        }
    }
    return uri;
}

Json sarifRegion(const Sources& sources, Span span) {
    const Position begin = sources.position(span.source, span.begin);
    const Position end = sources.position(span.source, span.end);
    return {{"startLine", begin.line},
            {"startColumn", begin.column},
            {"endLine", end.line},
            {"endColumn", end.column}};
}

Json sarifArtifact(const Sources& sources, SourceId source) {
    return {{"uri", uriOf(sources.path(source))}};
}

Json sarifPlace(const Sources& sources, Span span) {
    return {{"artifactLocation", sarifArtifact(sources, span.source)},
            {"region", sarifRegion(sources, span)}};
}

Json sarifResult(const Diagnostic& diagnostic, const Sources& sources, std::size_t ruleIndex) {
    std::string text = diagnostic.message();
    if (!diagnostic.help.empty()) {
        text += "\nhelp: " + diagnostic.help;
    }
    Json result;
    result["ruleId"] = std::string(diagnostic.code());
    result["ruleIndex"] = ruleIndex;
    result["level"] = std::string(severityWord(diagnostic.severity()));
    result["message"] = {{"text", text}};
    result["locations"] = Json::array();
    if (diagnostic.span.source.isValid()) {
        result["locations"].push_back({{"physicalLocation", sarifPlace(sources, diagnostic.span)}});
    }
    std::size_t id = 0;
    for (const Label& label : diagnostic.labels) {
        if (label.span.source.isValid()) {
            result["relatedLocations"].push_back(
                {{"id", ++id},
                 {"message", {{"text", label.text}}},
                 {"physicalLocation", sarifPlace(sources, label.span)}});
        }
    }
    if (diagnostic.fix && diagnostic.fix->span.source.isValid()) {
        const Json replacement = {{"deletedRegion", sarifRegion(sources, diagnostic.fix->span)},
                                  {"insertedContent", {{"text", diagnostic.fix->replacement}}}};
        const Json change = {
            {"artifactLocation", sarifArtifact(sources, diagnostic.fix->span.source)},
            {"replacements", Json::array({replacement})}};
        result["fixes"] = Json::array({Json{{"artifactChanges", Json::array({change})}}});
    }
    return result;
}

Json sarifRule(const DiagnosticInfo& info) {
    return {{"id", std::string(info.code)},
            {"name", std::string(info.name)},
            {"shortDescription", {{"text", std::string(info.format)}}},
            {"defaultConfiguration", {{"level", std::string(severityWord(info.severity))}}}};
}

}  // namespace

std::string renderJson(std::span<const Diagnostic> diagnostics, const Sources& sources) {
    Json list = Json::array();
    for (const Diagnostic& diagnostic : diagnostics) {
        list.push_back(jsonOf(diagnostic, sources));
    }
    return write(Json{{"diagnostics", std::move(list)}});
}

std::string renderSarif(std::span<const Diagnostic> diagnostics, const Sources& sources) {
    // Only the kinds that occur are declared, in the order of codes.
    std::vector<DiagnosticKind> kinds;
    for (const Diagnostic& diagnostic : diagnostics) {
        kinds.push_back(diagnostic.kind);
    }
    std::sort(kinds.begin(), kinds.end());
    kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());

    Json rules = Json::array();
    for (const DiagnosticKind kind : kinds) {
        rules.push_back(sarifRule(infoOf(kind)));
    }
    Json results = Json::array();
    for (const Diagnostic& diagnostic : diagnostics) {
        const auto place = std::lower_bound(kinds.begin(), kinds.end(), diagnostic.kind);
        results.push_back(
            sarifResult(diagnostic, sources, static_cast<std::size_t>(place - kinds.begin())));
    }
    Json run;
    run["tool"] = {{"driver", {{"name", "proviso"}, {"rules", std::move(rules)}}}};
    run["columnKind"] = "unicodeCodePoints";
    run["results"] = std::move(results);
    Json log;
    log["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
    log["version"] = "2.1.0";
    log["runs"] = Json::array({std::move(run)});
    return write(log);
}

}  // namespace proviso

#include "tools/proviso/coverage_report.h"

#include "runtime/decision/json.h"
#include "runtime/decision/text.h"
#include "tools/proviso/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace proviso::tool {

namespace {

struct Count {
    std::uint64_t covered = 0;
    std::uint64_t all = 0;

    /// Rounded down: only all of it is 100.
    std::uint64_t percent() const { return all == 0 ? 100 : covered * 100 / all; }
};

using Counts = std::array<Count, kCoverageKinds>;

struct Tally {
    std::map<std::string, Counts> packs;
    Counts all;
};

Tally tallyOf(const CoverageReport& report) {
    Tally tally;
    for (const CoverageItem& item : report) {
        for (Counts* counts : {&tally.packs[item.pack], &tally.all}) {
            Count& count = (*counts)[static_cast<std::size_t>(item.kind)];
            ++count.all;
            count.covered += item.lacks.empty() ? 1 : 0;
        }
    }
    return tally;
}

std::string cellText(const Count& count) {
    return count.all == 0 ? "-"
                          : grouped(count.covered) + "/" + grouped(count.all) + " " +
                                std::to_string(count.percent()) + "%";
}

void appendCounts(std::string& out, const Counts& counts) {
    for (std::size_t kind = 0; kind < kCoverageKinds; ++kind) {
        out += kind == 0 ? "" : ", ";
        appendJsonText(out, coverageName(static_cast<CoverageKind>(kind)));
        out += ": {\"covered\": " + std::to_string(counts[kind].covered) +
               ", \"of\": " + std::to_string(counts[kind].all) + "}";
    }
}

template <class Chosen>
void appendItems(std::string& out,
                 const CompiledSet& set,
                 const CoverageReport& report,
                 Chosen chosen) {
    bool first = true;
    for (const CoverageItem& item : report) {
        if (!chosen(item)) {
            continue;
        }
        out += first ? "\n  {\"kind\": " : ",\n  {\"kind\": ";
        first = false;
        appendJsonText(out, coverageName(item.kind));
        out += ", \"pack\": ";
        appendJsonText(out, item.pack);
        out += ", \"at\": ";
        appendJsonText(out, placeOf(set, item.span));
        out += ", \"name\": ";
        appendJsonText(out, item.name);
        if (!item.lacks.empty()) {
            out += ", \"lacks\": ";
            appendJsonText(out, item.lacks);
        }
        out += '}';
    }
}

}  // namespace

std::optional<std::vector<CoverageThreshold>> parseThresholds(const std::string& text,
                                                              std::string& problem) {
    std::vector<CoverageThreshold> thresholds;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string part = text.substr(begin, end - begin);
        begin = end + 1;
        const std::size_t equals = part.find('=');
        const std::string name = part.substr(0, equals);
        const std::string number = equals == std::string::npos ? "" : part.substr(equals + 1);
        CoverageThreshold threshold;
        bool known = false;
        std::string names;
        for (std::size_t kind = 0; kind < kCoverageKinds; ++kind) {
            const std::string_view its = coverageName(static_cast<CoverageKind>(kind));
            names += kind == 0 ? "" : ", ";
            names += its;
            if (name == its) {
                threshold.kind = static_cast<CoverageKind>(kind);
                known = true;
            }
        }
        if (!known) {
            problem = fmt::format("`{}` cannot be required; there are {}", name, names);
            return std::nullopt;
        }
        const bool isNumber =
            !number.empty() && number.size() <= 3 &&
            std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
        threshold.percent = isNumber ? std::stoul(number) : 101;
        if (threshold.percent > 100) {
            problem =
                fmt::format("`{}` needs a whole number of percent, as in `{}=95`", part, name);
            return std::nullopt;
        }
        thresholds.push_back(threshold);
    }
    return thresholds;
}

std::string coverageTable(const CoverageReport& report, const std::string& title) {
    const Tally tally = tallyOf(report);
    std::vector<std::size_t> kinds;
    std::vector<std::string> heading{title};
    for (std::size_t kind = 0; kind < kCoverageKinds; ++kind) {
        if (tally.all[kind].all != 0) {
            kinds.push_back(kind);
            heading.emplace_back(coverageName(static_cast<CoverageKind>(kind)));
        }
    }
    std::vector<std::vector<std::string>> lines{heading};
    const auto addLine = [&](const std::string& name, const Counts& counts) {
        std::vector<std::string>& line = lines.emplace_back();
        line.push_back(name);
        for (const std::size_t kind : kinds) {
            line.push_back(cellText(counts[kind]));
        }
    };
    for (const auto& [pack, counts] : tally.packs) {
        addLine("  " + pack, counts);
    }
    addLine("all packs", tally.all);
    std::vector<std::size_t> widths(heading.size());
    for (const auto& line : lines) {
        for (std::size_t cell = 0; cell < line.size(); ++cell) {
            widths[cell] = std::max(widths[cell], line[cell].size());
        }
    }
    std::string out;
    for (const auto& line : lines) {
        for (std::size_t cell = 0; cell < line.size(); ++cell) {
            const std::string padding(widths[cell] - line[cell].size(), ' ');
            out += cell == 0 ? line[cell] + padding : "  " + padding + line[cell];
        }
        out += '\n';
    }
    const auto open = std::count_if(report.begin(), report.end(), [](const CoverageItem& item) {
        return item.oneSided && item.lacks.empty();
    });
    if (open != 0) {
        out += grouped(static_cast<std::uint64_t>(open)) +
               " of these cannot be both yes and no, as no row of the tables they read says so\n";
    }
    return out;
}

std::string placeOf(const CompiledSet& set, Span span) {
    return std::string(set.sources.path(span.source)) + ":" +
           std::to_string(set.sources.position(span.source, span.begin).line);
}

std::string uncoveredText(const CompiledSet& set, const CoverageReport& report) {
    std::string out;
    for (const CoverageItem& item : report) {
        if (!item.lacks.empty() || item.oneSided) {
            out += placeOf(set, item.span) + ": " + printable(item.name) + ": " +
                   (item.lacks.empty() ? "not both yes and no, by its tables" : item.lacks) + '\n';
        }
    }
    return out;
}

std::string coverageJson(const CompiledSet& set, const CoverageReport& report) {
    const Tally tally = tallyOf(report);
    std::string out = "{\"all\": {";
    appendCounts(out, tally.all);
    out += "}, \"packs\": [";
    bool first = true;
    for (const auto& [pack, counts] : tally.packs) {
        out += first ? "\n  {\"pack\": " : ",\n  {\"pack\": ";
        first = false;
        appendJsonText(out, pack);
        out += ", ";
        appendCounts(out, counts);
        out += '}';
    }
    out += "], \"uncovered\": [";
    appendItems(out, set, report, [](const CoverageItem& item) { return !item.lacks.empty(); });
    out += "], \"one_sided\": [";
    appendItems(out, set, report, [](const CoverageItem& item) {
        return item.lacks.empty() && item.oneSided;
    });
    return out + "]}";
}

std::vector<std::string> belowThresholds(const CoverageReport& report,
                                         const std::vector<CoverageThreshold>& thresholds) {
    const Tally tally = tallyOf(report);
    std::vector<std::string> below;
    for (const CoverageThreshold& threshold : thresholds) {
        const Count& count = tally.all[static_cast<std::size_t>(threshold.kind)];
        if (count.covered * 100 < threshold.percent * count.all) {
            below.push_back("tests cover " + cellText(count) + " of " +
                            std::string(coverageName(threshold.kind)) + "; " +
                            std::to_string(threshold.percent) + "% is required");
        }
    }
    return below;
}

}  // namespace proviso::tool

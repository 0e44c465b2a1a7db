#include "tools/proviso/decision_writer.h"

#include "runtime/base/digest.h"
#include "runtime/decision/text.h"
#include "runtime/values/decimal.h"
#include "tools/proviso/csv.h"

#include <algorithm>
#include <fstream>
#include <utility>

namespace proviso::tool {

namespace {

constexpr std::uint64_t kRecordsShown = 20;

/// One row a finding.
void appendCsv(std::string& out, const RecordResult& result, std::string_view end) {
    for (const FindingResult& finding : result.findings) {
        std::string sources;
        for (const std::string& source : finding.sources) {
            sources += (sources.empty() ? "" : "; ") + source;
        }
        const std::string stake = finding.atStake ? formatDecimal(*finding.atStake, 2) : "";
        const std::string_view fields[] = {result.key,
                                           findingSeverityName(finding.severity),
                                           finding.code,
                                           finding.on,
                                           finding.because,
                                           finding.remedy,
                                           stake,
                                           finding.rule,
                                           sources};
        bool first = true;
        for (const std::string_view field : fields) {
            out += first ? "" : ",";
            first = false;
            appendCsvField(out, field);
        }
        out += end;
    }
}

/// Where the key's text ends, at its closing quote; npos where the line is no decision.
std::size_t endOfKey(std::string_view line, std::string_view begin) {
    if (!line.starts_with(begin)) {
        return std::string_view::npos;
    }
    for (std::size_t place = begin.size(); place < line.size(); ++place) {
        if (line[place] == '\\') {
            ++place;
        } else if (line[place] == '"') {
            return place;
        }
    }
    return std::string_view::npos;
}

std::string digestOfDecision(std::string_view line) {
    // The stamp is the end of every line.
    return sha256(line.substr(0, line.rfind(", \"packs\": ")));
}

std::string beginOf(const std::string& keyName) {
    std::string begin = "{";
    appendJsonText(begin, keyName);
    return begin + ": \"";
}

}  // namespace

bool EarlierDecisions::read(Console& console, const std::string& path, const std::string& keyName) {
    keyName_ = keyName;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        console.complainUnreadable(path, "the file cannot be opened");
        return false;
    }
    const std::string begin = beginOf(keyName);
    std::string line;
    std::uint64_t number = 0;
    while (std::getline(file, line)) {
        ++number;
        if (line.empty()) {
            continue;
        }
        const std::size_t end = endOfKey(line, begin);
        if (end == std::string::npos || line.rfind(", \"packs\": ") == std::string::npos) {
            console.complain("`" + path + "`, line " + std::to_string(number) +
                             ": no decision that `--format ndjson` wrote for these packs");
            return false;
        }
        decisions_[line.substr(begin.size(), end - begin.size())] = {digestOfDecision(line), false};
    }
    return true;
}

bool EarlierDecisions::same(std::string_view line) {
    const std::string begin = beginOf(keyName_);
    const std::size_t end = endOfKey(line, begin);
    const auto known =
        end == std::string_view::npos
            ? decisions_.end()
            : decisions_.find(std::string(line.substr(begin.size(), end - begin.size())));
    if (known == decisions_.end()) {
        return false;
    }
    known->second.met = true;
    return known->second.digest == digestOfDecision(line);
}

std::vector<std::string> EarlierDecisions::gone() const {
    std::vector<std::string> keys;
    for (const auto& [key, earlier] : decisions_) {
        if (!earlier.met) {
            keys.push_back(key);
        }
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

RunStamp stampOf(const bytecode::Program& program, std::optional<std::int64_t> asOf) {
    RunStamp stamp;
    stamp.packs = program.digest;
    stamp.knownAsOf = asOf;
    if (program.schema.keyField != kNoIndex) {
        stamp.keyName = program.schema.spaces[0].fields[program.schema.keyField].path.front();
    }
    return stamp;
}

DecisionWriter::DecisionWriter(Console& console,
                               WriteOptions options,
                               const bytecode::Program& program,
                               RunStamp stamp)
    : console_(console), options_(std::move(options)), program_(&program),
      stamp_(std::move(stamp)) {
    if (options_.format == "csv") {
        console_.write(stamp_.keyName + ",severity,code,on,because,remedy,at_stake,rule,sources" +
                       (options_.mayBeUnsigned ? ",unsigned\r\n" : "\r\n"));
    } else if (options_.format == "json") {
        console_.write("{\"decisions\": [");
    }
}

bool DecisionWriter::add(const RecordResult& result, EarlierDecisions* earlier) {
    std::string text;
    if (earlier != nullptr || options_.format == "ndjson" || options_.format == "json") {
        appendJson(text, result, stamp_);
    }
    if (earlier != nullptr && earlier->same(text)) {
        ++unchanged_;
        return false;
    }
    if (options_.format == "json") {
        emit(text);
        return true;
    }
    if (options_.format == "ndjson") {
        emit(text + '\n');
        return true;
    }
    text.clear();
    if (options_.format == "csv") {
        appendCsv(text,
                  result,
                  !options_.mayBeUnsigned ? "\r\n"
                  : stamp_.unsignedPacks  ? ",true\r\n"
                                          : ",\r\n");
    } else if (options_.format == "compact") {
        appendCompact(text, result, stamp_.unsignedPacks);
    } else if (options_.all || options_.live || !result.findings.empty() ||
               !result.errors.empty() || result.besideRejected) {
        if (!options_.all && !options_.live && shown_ == kRecordsShown) {
            ++more_;
            return true;
        }
        ++shown_;
        appendText(text,
                   result,
                   {.colour = console_.colourOnOutput(),
                    .outputs = options_.all,
                    .recordName = program_->spaces[0].name,
                    .unsignedPacks = stamp_.unsignedPacks});
        text += '\n';
    }
    emit(text);
    return true;
}

void DecisionWriter::append(std::string& out, const RecordView& result) const {
    const bool isArray = options_.format == "json";
    out += isArray ? ",\n" : "";
    appendJson(out, result, stamp_);
    out += isArray ? "" : "\n";
}

void DecisionWriter::write(std::string_view appended) {
    if (appended.empty()) {
        return;
    }
    // Before the first decision there is no comma.
    const bool isFirst = options_.format == "json" && std::exchange(first_, false);
    console_.write(appended.substr(isFirst ? 1 : 0));
}

void DecisionWriter::use(const bytecode::Program& program, RunStamp stamp) {
    program_ = &program;
    stamp_ = std::move(stamp);
}

void DecisionWriter::finish() {
    if (more_ != 0) {
        console_.write("... and " + counted(more_, "more " + spokenName(program_->spaces[0].name)) +
                       " with findings (--all shows all)\n\n");
    }
}

void DecisionWriter::emit(const std::string& text) {
    if (text.empty()) {
        return;
    }
    if (options_.format == "json") {
        console_.write(std::exchange(first_, false) ? "\n" : ",\n");
    }
    console_.write(text);
}

}  // namespace proviso::tool

#include "runtime/log/record.h"

#include "runtime/base/digest.h"
#include "runtime/decision/json.h"
#include "runtime/values/date.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <simdjson.h>

namespace proviso::log {

namespace {

constexpr std::array<std::string_view, 7> kKinds = {
    "file", "run", "set", "input", "decision", "cut", "end"};
constexpr std::string_view kChain = ", \"chain\": \"";
/// `sha256:` and 64 digits, `"}` after them.
constexpr std::size_t kDigestLength = 71;
constexpr std::size_t kEndLength = kChain.size() + kDigestLength + 2;

class Line {
  public:
    void text(std::string_view name, std::string_view value) {
        begin(name);
        appendJsonText(out, value);
    }
    void number(std::string_view name, std::uint64_t value) {
        begin(name);
        out += std::to_string(value);
    }
    void day(std::string_view name, std::optional<std::int64_t> days) {
        begin(name);
        if (days) {
            appendJsonText(out, formatDate({*days}));
        } else {
            out += "null";
        }
    }
    void texts(std::string_view name, const std::vector<std::string>& values) {
        begin(name);
        out += '[';
        bool first = true;
        for (const std::string& value : values) {
            out += first ? "" : ", ";
            first = false;
            appendBytes(value);
        }
        out += ']';
    }
    void begin(std::string_view name) {
        out += out.empty() ? "{" : ", ";
        appendJsonText(out, name);
        out += ": ";
    }

    std::string out;

  private:
    /// Lines that are no UTF-8, which are rejected and yet handed in, as {"hex": "..."}.
    void appendBytes(std::string_view value) {
        static constexpr char kHex[] = "0123456789abcdef";
        if (simdjson::validate_utf8(value.data(), value.size())) {
            appendJsonText(out, value);
            return;
        }
        out += "{\"hex\": \"";
        for (const char letter : value) {
            const auto byte = static_cast<unsigned char>(letter);
            out += kHex[byte >> 4U];
            out += kHex[byte & 0x0FU];
        }
        out += "\"}";
    }
};

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

/// Reads members; remembers whether all that had to be there was.
class Members {
  public:
    explicit Members(object from) : from_(from) {}

    std::string text(const char* name, bool required = true) {
        std::string_view value;
        if (from_[name].get(value) != simdjson::SUCCESS) {
            good = good && !required;
            return {};
        }
        return std::string(value);
    }
    /// One that is not there is not.
    bool isTrue(const char* name) {
        element value;
        if (from_[name].get(value) != simdjson::SUCCESS) {
            return false;
        }
        bool isIt = false;
        good = value.get(isIt) == simdjson::SUCCESS && good;
        return isIt;
    }
    std::uint64_t number(const char* name) {
        std::uint64_t value = 0;
        good = from_[name].get(value) == simdjson::SUCCESS && good;
        return value;
    }
    std::optional<std::int64_t> day(const char* name) {
        element value;
        std::string_view text;
        if (from_[name].get(value) != simdjson::SUCCESS) {
            good = false;
        } else if (value.get(text) == simdjson::SUCCESS) {
            const std::optional<Date> date = parseDate(text);
            good = good && date.has_value();
            return date ? std::optional<std::int64_t>(date->days) : std::nullopt;
        } else {
            good = good && value.is_null();
        }
        return std::nullopt;
    }
    std::vector<std::string> texts(const char* name, bool required) {
        std::vector<std::string> values;
        array list;
        if (from_[name].get(list) != simdjson::SUCCESS) {
            good = good && !required;
            return values;
        }
        for (const element each : list) {
            std::string_view value;
            std::string_view hex;
            if (each.get(value) == simdjson::SUCCESS) {
                values.emplace_back(value);
            } else if (each["hex"].get(hex) == simdjson::SUCCESS && hex.size() % 2 == 0) {
                values.push_back(bytesOf(hex));
            } else {
                good = false;
            }
        }
        return values;
    }

    bool good = true;

  private:
    std::string bytesOf(std::string_view hex) {
        std::string bytes;
        for (std::size_t place = 0; place < hex.size(); place += 2) {
            unsigned byte = 0;
            for (const char digit : hex.substr(place, 2)) {
                const bool isDigit = digit >= '0' && digit <= '9';
                good = good && (isDigit || (digit >= 'a' && digit <= 'f'));
                byte = byte << 4U | static_cast<unsigned>(isDigit ? digit - '0' : digit - 'a' + 10);
            }
            bytes += static_cast<char>(static_cast<std::uint8_t>(byte));
        }
        return bytes;
    }

    object from_;
};

void writeMembers(Line& line, const Record& record) {
    switch (record.kind) {
    case Kind::File:
        line.number("format", kFormat);
        line.number("file", record.file);
        line.text("after", record.after);
        break;
    case Kind::Run:
        line.text("engine", record.engine);
        line.day("known_as_of", record.knownAsOf);
        line.number("budget", static_cast<std::uint64_t>(record.budget));
        break;
    case Kind::Set:
        line.text("packs", record.packs);
        if (record.unsignedPacks) {
            line.begin("unsigned");
            line.out += "true";
        }
        break;
    case Kind::Input:
        line.texts("lines", record.inputs);
        if (!record.texts.empty()) {
            line.texts("texts", record.texts);
        }
        break;
    case Kind::Decision:
        line.text("packs", record.packs);
        line.text("engine", record.engine);
        line.day("known_as_of", record.knownAsOf);
        line.text("input", record.input);
        line.number("lines", record.lines);
        line.text("history", record.history);
        line.text("decision", record.decision);
        if (!record.text.empty()) {
            line.text("text", record.text);
        }
        break;
    case Kind::Cut:
        line.number("bytes", record.bytes);
        break;
    case Kind::End:
        line.number("decisions", record.decisions);
        line.number("not_logged", record.notLogged);
        break;
    }
}

void readMembers(Members& members, Record& record) {
    switch (record.kind) {
    case Kind::File:
        members.good = members.number("format") == kFormat && members.good;
        record.file = members.number("file");
        record.after = members.text("after");
        break;
    case Kind::Run:
        record.engine = members.text("engine");
        record.knownAsOf = members.day("known_as_of");
        record.budget = static_cast<std::int64_t>(members.number("budget"));
        break;
    case Kind::Set:
        record.packs = members.text("packs");
        record.unsignedPacks = members.isTrue("unsigned");
        break;
    case Kind::Input:
        record.inputs = members.texts("lines", true);
        record.texts = members.texts("texts", false);
        members.good =
            members.good && (record.texts.empty() || record.texts.size() == record.inputs.size());
        break;
    case Kind::Decision:
        record.packs = members.text("packs");
        record.engine = members.text("engine");
        record.knownAsOf = members.day("known_as_of");
        record.input = members.text("input");
        record.lines = members.number("lines");
        record.history = members.text("history");
        record.decision = members.text("decision");
        record.text = members.text("text", false);
        break;
    case Kind::Cut:
        record.bytes = members.number("bytes");
        break;
    case Kind::End:
        record.decisions = members.number("decisions");
        record.notLogged = members.number("not_logged");
        break;
    }
}

/// The part of a line that the chain is about; empty where it is no record.
std::string_view bodyOf(std::string_view line) {
    if (line.size() <= kEndLength || !line.ends_with("\"}")) {
        return {};
    }
    const std::string_view body = line.substr(0, line.size() - kEndLength);
    return line.substr(body.size()).starts_with(kChain) ? body : std::string_view{};
}

}  // namespace

std::string writeRecord(Record& record, std::string_view formerChain) {
    Line line;
    line.number("n", record.number);
    line.text("type", kKinds[static_cast<std::size_t>(record.kind)]);
    if (record.kind != Kind::Input) {
        line.text("at", record.at);
    }
    writeMembers(line, record);
    Sha256 digest;
    digest.add(formerChain);
    digest.add(line.out);
    record.chain = digest.finish();
    return line.out + std::string(kChain) + record.chain + "\"}\n";
}

std::string chainOf(std::string_view line, std::string_view formerChain) {
    const std::string_view body = bodyOf(line);
    if (body.empty()) {
        return {};
    }
    Sha256 digest;
    digest.add(formerChain);
    digest.add(body);
    return digest.finish();
}

std::string_view chainIn(std::string_view line) {
    const std::string_view body = bodyOf(line);
    return body.empty() ? std::string_view{}
                        : line.substr(body.size() + kChain.size(), kDigestLength);
}

std::optional<Record> readRecord(std::string_view line) {
    Record record;
    record.chain = std::string(chainIn(line));
    if (record.chain.empty()) {
        return std::nullopt;
    }
    // One a thread: parsers keep their memory.
    thread_local simdjson::dom::parser parser;
    object from;
    if (parser.parse(line.data(), line.size()).get(from) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    Members members(from);
    record.number = members.number("n");
    const std::string kind = members.text("type");
    std::size_t index = 0;
    while (index < kKinds.size() && kKinds[index] != kind) {
        ++index;
    }
    if (index == kKinds.size()) {
        return std::nullopt;
    }
    record.kind = static_cast<Kind>(index);
    record.at = members.text("at", record.kind != Kind::Input);
    readMembers(members, record);
    return members.good ? std::optional<Record>(std::move(record)) : std::nullopt;
}

std::string inputDigest(std::string_view line, bool tooLong) {
    return tooLong ? "too_long" : sha256(line);
}

std::string historyAfter(const std::string& former, const std::string& inputDigest) {
    Sha256 digest;
    digest.add(former);
    digest.add(inputDigest);
    return digest.finish();
}

std::string timeNow() {
    const auto now = std::chrono::system_clock::now();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() %
        1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const int length = std::snprintf(text.data(),
                                     text.size(),
                                     "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                     parts.tm_year + 1900,
                                     parts.tm_mon + 1,
                                     parts.tm_mday,
                                     parts.tm_hour,
                                     parts.tm_min,
                                     parts.tm_sec,
                                     static_cast<int>(milliseconds));
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace proviso::log

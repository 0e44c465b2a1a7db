#include "runtime/decision/text.h"

#include "runtime/values/decimal.h"

#include <algorithm>
#include <cstddef>

namespace proviso {

namespace {

constexpr std::size_t kPlacesShown = 6;

enum class Paint : std::uint8_t {
    Bold,
    Red,
    Yellow,
    Blue,
    Dim
};

class TextWriter {
  public:
    TextWriter(std::string& out, const ResultTextOptions& options) : out_(out), options_(options) {}

    void heading(const RecordResult& result) {
        const std::string name =
            options_.recordName.empty() ? std::string("record") : spokenName(options_.recordName);
        out_ += paint(Paint::Bold, name + " " + printable(result.key));
        out_ += options_.unsignedPacks ? "  (unsigned packs)" : "";
        out_ += '\n';
    }

    void finding(const FindingResult& finding) {
        out_ += "  ";
        out_ += paint(finding.severity == 0   ? Paint::Red
                      : finding.severity == 1 ? Paint::Yellow
                                              : Paint::Blue,
                      findingSeverityName(finding.severity));
        out_ += "  " + paint(Paint::Bold, finding.code) + "  on " + printable(finding.on);
        out_ += finding.shared ? " (shared)\n" : "\n";
        if (!finding.because.empty()) {
            wrapped("because ", finding.because);
        }
        for (const auto& [name, value] : finding.slots) {
            wrapped(spokenName(name) + ": ", displayValue(value));
        }
        if (!finding.remedy.empty()) {
            wrapped("do: ", finding.remedy);
        }
        if (finding.atStake) {
            wrapped("at stake ", formatMoney(*finding.atStake, 2));
        }
        std::string origin = finding.rule;
        for (const std::string& source : finding.sources) {
            origin += "; " + source;
        }
        wrapped("rule ", origin);
    }

    void undetermined(const UndeterminedResult& entry) {
        out_ += "  " + paint(Paint::Yellow, "cannot determine") + "  " + entry.rule + "  on " +
                printable(entry.on) + '\n';
        wrapped("missing ", placesText(placesWithReasons(entry.missing, entry.reasons)));
    }

    void error(const ErrorResult& entry) {
        out_ += "  " + paint(Paint::Red, "error") + "  " + entry.rule + "  on " +
                printable(entry.on) + '\n';
        wrapped(entry.code + ": ", entry.message);
    }

    void output(const OutputValue& output) {
        if (!output.list) {
            out_ += "  " + spokenName(output.name) + ": " + printable(displayValue(output.value)) +
                    '\n';
            return;
        }
        if (!output.claimedWith.empty()) {
            out_ += "  " + spokenName(output.name) + ": together with " +
                    printable(output.claimedWith) + '\n';
            return;
        }
        if (output.rows.empty()) {
            return;
        }
        rows(spokenName(output.name), output.rows);
        for (const std::vector<OutputRow>& choice : output.choices) {
            rows("or, equally right", choice);
        }
    }

    void decision(const DecidedResult& decided) {
        std::string text = displayValue(decided.value);
        if (!decided.boundBy.empty()) {
            text += " because of " + decided.boundBy;
        }
        for (const std::string& rule : decided.alsoBoundBy) {
            text += ", " + rule;
        }
        wrapped(spokenName(decided.decision) +
                    (decided.on.empty() ? ": " : " of " + decided.on + ": "),
                text);
    }

    static std::string placesText(const std::vector<std::string>& places) {
        std::string text;
        const std::size_t shown = std::min(places.size(), kPlacesShown);
        for (std::size_t index = 0; index < shown; ++index) {
            text += (index == 0 ? "" : ", ") + places[index];
        }
        if (shown < places.size()) {
            text += " and " + std::to_string(places.size() - shown) + " more";
        }
        return text;
    }

  private:
    std::string paint(Paint colour, std::string_view text) const {
        if (!options_.colour) {
            return std::string(text);
        }
        static constexpr const char* kCodes[] = {"1", "1;31", "1;33", "1;34", "2"};
        return "\x1b[" + std::string(kCodes[static_cast<std::size_t>(colour)]) + "m" +
               std::string(text) + "\x1b[0m";
    }

    void rows(const std::string& title, const std::vector<OutputRow>& list) {
        out_ += "  " + paint(Paint::Dim, title) + '\n';
        for (const OutputRow& row : list) {
            std::string line;
            for (const auto& [name, value] : row.fields) {
                if (value.kind == ShownValue::Kind::Set && value.members.empty() &&
                    value.open.empty() && value.state == State::Value) {
                    continue;
                }
                line += (line.empty() ? "" : ", ") + spokenName(name) + " " + displayValue(value);
            }
            wrapped(row.certain ? "- " : "- perhaps ", line);
        }
    }

    /// `lead` and `text`, broken between words, further lines a little deeper.
    void wrapped(std::string_view lead, std::string_view text) {
        std::string line = "    " + printable(lead);
        const std::string clean = printable(text);
        std::size_t begin = 0;
        bool firstWord = true;
        while (begin < clean.size()) {
            std::size_t end = clean.find(' ', begin);
            end = end == std::string::npos ? clean.size() : end;
            const std::size_t length = end - begin;
            if (!firstWord && line.size() + 1 + length > options_.width) {
                out_ += line + '\n';
                line = "      ";
                firstWord = true;
            }
            if (!firstWord) {
                line += ' ';
            }
            line.append(clean, begin, length);
            firstWord = false;
            begin = end + 1;
        }
        out_ += line + '\n';
    }

    std::string& out_;
    const ResultTextOptions& options_;
};

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) {
        out += (out.empty() ? "" : ", ") + text;
    }
    return out;
}

}  // namespace

std::string_view findingSeverityName(std::uint8_t severity) {
    switch (severity) {
    case 0:
        return "violation";
    case 1:
        return "warning";
    default:
        return "notice";
    }
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t index = 0; index < text.size(); ++index) {
        const auto byte = static_cast<unsigned char>(text[index]);
        // C1 controls are two bytes in UTF-8, the first of which is C2.
        const bool longControl = byte == 0xC2 && index + 1 < text.size() &&
                                 static_cast<unsigned char>(text[index + 1]) < 0xA0;
        if (byte < 0x20 || byte == 0x7F) {
            out += byte == '\n' || byte == '\t' ? ' ' : '?';
        } else if (longControl) {
            out += '?';
            ++index;
        } else {
            out += text[index];
        }
    }
    return out;
}

std::string spokenName(std::string_view name) {
    std::string out(name);
    std::replace(out.begin(), out.end(), '_', ' ');
    return out;
}

std::string boundsText(std::string_view atLeast, std::string_view atMost) {
    const std::string low(atLeast);
    const std::string high(atMost);
    if (low.empty() && high.empty()) {
        return "unknown";
    }
    if (low.empty()) {
        return "at most " + high;
    }
    return high.empty() ? "at least " + low : "between " + low + " and " + high;
}

std::vector<std::string> placesWithReasons(const std::vector<std::string>& places,
                                           const PlaceReasons& reasons) {
    std::vector<std::string> texts = places;
    for (std::string& text : texts) {
        const auto found = reasons.find(text);
        if (found == reasons.end()) {
            continue;
        }
        std::string why;
        for (const std::string& one : found->second) {
            why += (why.empty() ? "\"" : "; \"") + one + "\"";
        }
        text += " (" + why + ")";
    }
    return texts;
}

std::string displayValue(const ShownValue& value) {
    const std::string missing =
        TextWriter::placesText(placesWithReasons(value.missing, value.reasons));
    switch (value.state) {
    case State::NotApplicable:
        return "not applicable";
    case State::Error:
        return "error (" + joined(value.errors) + ")";
    case State::Unknown:
        if (value.kind != ShownValue::Kind::Set || (value.members.empty() && value.open.empty())) {
            const std::string known = boundsText(value.atLeast, value.atMost);
            const bool bounded = !value.atLeast.empty() || !value.atMost.empty();
            return missing.empty() ? known
                                   : known + (bounded ? " (missing " : " (") + missing + ")";
        }
        break;
    case State::Value:
        break;
    }
    if (value.kind != ShownValue::Kind::Set) {
        return value.text;
    }
    std::string out = value.members.empty() && value.open.empty() ? "none" : joined(value.members);
    if (!value.open.empty()) {
        out += (out.empty() ? "perhaps " : ", perhaps ") + joined(value.open);
    }
    return out;
}

void appendText(std::string& out, const RecordResult& result, const ResultTextOptions& options) {
    TextWriter writer(out, options);
    writer.heading(result);
    for (const FindingResult& finding : result.findings) {
        writer.finding(finding);
    }
    for (const UndeterminedResult& entry : result.undetermined) {
        writer.undetermined(entry);
    }
    for (const ErrorResult& entry : result.errors) {
        writer.error(entry);
    }
    if (result.besideRejected) {
        out += "  beside a rejected record: what is summed or pooled here may be too low\n";
    }
    if (options.outputs) {
        for (const OutputValue& output : result.outputs) {
            writer.output(output);
        }
    }
    if (options.decisions && !result.decided.empty()) {
        out += "  decided\n";
        for (const DecidedResult& decided : result.decided) {
            writer.decision(decided);
        }
    }
}

void appendCompact(std::string& out, const RecordResult& result, bool unsignedPacks) {
    const std::string key = printable(result.key);
    const char* const end = unsignedPacks ? " (unsigned packs)\n" : "\n";
    for (const FindingResult& finding : result.findings) {
        out += key + " " + printable(finding.on) + " ";
        out += findingSeverityName(finding.severity);
        out += " " + finding.code + ": " + printable(finding.because) + end;
    }
    for (const UndeterminedResult& entry : result.undetermined) {
        out += key + " " + printable(entry.on) + " undetermined " + entry.rule + ": missing " +
               printable(TextWriter::placesText(placesWithReasons(entry.missing, entry.reasons))) +
               end;
    }
    for (const ErrorResult& entry : result.errors) {
        out += key + " " + printable(entry.on) + " error " + entry.rule + ": " + entry.code + " " +
               entry.message + end;
    }
}

}  // namespace proviso

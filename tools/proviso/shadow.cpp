#include "tools/proviso/shadow.h"

#include "runtime/base/digest.h"
#include "tools/proviso/command.h"

#include <charconv>
#include <cmath>
#include <set>

namespace proviso::tool {

namespace {

/// Without the stamp, which always differs.
std::string_view withoutStamp(std::string_view decision) {
    return decision.substr(0, decision.rfind(", \"packs\": "));
}

std::multiset<std::string> codesOf(const RecordResult& result) {
    std::multiset<std::string> codes;
    for (const FindingResult& finding : result.findings) {
        codes.insert(finding.code);
    }
    return codes;
}

}  // namespace

std::optional<double> parseSample(const std::string& text) {
    if (text.empty()) {
        return 100.0;
    }
    double percent = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, percent);
    const bool isPercent = rest + 1 == end && *rest == '%';
    if (error != std::errc{} || !isPercent || !std::isfinite(percent) || percent < 0 ||
        percent > 100) {
        return std::nullopt;
    }
    return percent;
}

bool inSample(std::string_view key, double percent) {
    if (percent >= 100) {
        return true;
    }
    // 52 bits are what a double holds.
    const std::string digest = sha256(key);
    std::uint64_t number = 0;
    std::from_chars(digest.data() + 7, digest.data() + 7 + 13, number, 16);
    return static_cast<double>(number) < std::ldexp(percent / 100, 52);
}

bool Comparison::open(Console& console, const std::string& path) {
    path_ = path;
    if (path.empty()) {
        return true;
    }
    file_.open(path, std::ios::binary | std::ios::trunc);
    if (!file_) {
        console.complain("--shadow-out: cannot write `" + path + "`");
        return false;
    }
    return true;
}

void Comparison::compare(const RecordResult& active,
                         const RunStamp& activeStamp,
                         const RecordResult& candidate,
                         const RunStamp& candidateStamp) {
    ++compared_;
    const std::string one = toJson(active, activeStamp);
    const std::string other = toJson(candidate, candidateStamp);
    // Packs that name the key otherwise say the same of it all the same.
    const std::size_t oneBegin = one.find(": ");
    const std::size_t otherBegin = other.find(": ");
    if (withoutStamp(one).substr(oneBegin) == withoutStamp(other).substr(otherBegin)) {
        return;
    }
    ++different_;
    const std::multiset<std::string> before = codesOf(active);
    const std::multiset<std::string> after = codesOf(candidate);
    std::set<std::string> codes(before.begin(), before.end());
    codes.insert(after.begin(), after.end());
    for (const std::string& code : codes) {
        const std::size_t had = before.count(code);
        const std::size_t has = after.count(code);
        if (had != has) {
            auto& [gained, lost] = findings_[code];
            gained += has > had ? has - had : 0;
            lost += had > has ? had - has : 0;
        }
    }
    write(active.key, one, other);
}

void Comparison::missing(const RecordResult& active, const RunStamp& stamp) {
    ++compared_;
    ++different_;
    ++missing_;
    write(active.key, toJson(active, stamp), "null");
}

void Comparison::write(const std::string& key,
                       const std::string& active,
                       const std::string& candidate) {
    if (path_.empty()) {
        return;
    }
    std::string line = "{\"key\": ";
    appendJsonText(line, key);
    line += ", \"active\": " + active + ", \"candidate\": " + candidate + "}\n";
    file_ << line;
    file_.flush();
}

std::string Comparison::text() const {
    std::string text = "shadow: " + counted(compared_, "decision") + " compared, " +
                       grouped(different_) + (different_ == 1 ? " differs" : " differ") + '\n';
    for (const auto& [code, counts] : findings_) {
        text += "  " + code + ": " + grouped(counts.first) + " more, " + grouped(counts.second) +
                " fewer\n";
    }
    if (missing_ != 0) {
        text += "  not decided by the candidate: " + grouped(missing_) + '\n';
    }
    if (!path_.empty() && !file_) {
        text += "  `" + path_ + "` could not be written whole\n";
    }
    return text;
}

std::unique_ptr<BatchShadow> BatchShadow::open(Console& console, const ShadowOptions& options) {
    const std::optional<double> percent = parseSample(options.sample);
    if (!percent) {
        console.complain("--sample: `" + options.sample + "` is no share such as 10%");
        return nullptr;
    }
    std::unique_ptr<BatchShadow> shadow(new BatchShadow(*percent));
    return shadow->comparison_.open(console, options.output) ? std::move(shadow) : nullptr;
}

void BatchShadow::addLine(std::size_t source, std::string_view line, bool tooLong) {
    lines_.push_back({source, std::string(line), tooLong});
}

void BatchShadow::addActive(const std::vector<RecordResult>& results) {
    for (const RecordResult& result : results) {
        if (comparison_.wants(result.key)) {
            active_.push_back(result);
        }
    }
}

void BatchShadow::run(Console& console,
                      const std::vector<std::string>& packs,
                      const TrustOptions& trust,
                      const RunStamp& activeStamp,
                      RunOptions options) {
    try {
        const std::optional<UsedPacks> set = usePacks(console, packs, trust);
        if (!set) {
            console.complain("shadow: the candidate cannot be used; nothing was compared");
            return;
        }
        Dictionary dictionary;
        for (const std::string& text : set->program->texts) {
            dictionary.intern(text);
        }
        DecodeOptions decode;
        if (options.decide.asOf) {
            decode.knownAsOf = Date{*options.decide.asOf};
        }
        Decoder decoder(set->program->schema, dictionary, decode);
        std::uint64_t number = 0;
        for (std::size_t index = 0; index < lines_.size(); ++index) {
            if (index == 0 || lines_[index].source != lines_[index - 1].source) {
                decoder.beginSource("input");
                number = 0;
            }
            decoder.addLine({++number, lines_[index].text, lines_[index].tooLong, true});
        }
        const DecodedRecords records = decoder.finish();
        std::unordered_map<std::string, RecordResult> decided;
        options.progress = {};
        decideRecords(
            set->program, records.store, options, [&](std::vector<RecordResult>&& results) {
                for (RecordResult& result : results) {
                    if (comparison_.wants(result.key)) {
                        std::string key = result.key;
                        decided.emplace(std::move(key), std::move(result));
                    }
                }
                return true;
            });
        RunStamp stamp = activeStamp;
        stamp.packs = set->program->digest;
        stamp.unsignedPacks = set->isUnsigned;
        for (const RecordResult& active : active_) {
            const auto found = decided.find(active.key);
            if (found == decided.end()) {
                comparison_.missing(active, activeStamp);
            } else {
                comparison_.compare(active, activeStamp, found->second, stamp);
            }
        }
        console.message(comparison_.text());
    } catch (const std::exception& error) {
        console.complain(std::string("shadow: the candidate failed: ") + error.what());
    }
}

}  // namespace proviso::tool

#include "runtime/pack_store/journal.h"

#include "runtime/base/digest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <vector>

namespace proviso::pack_store {

namespace {

constexpr std::string_view kFirstLine = "proviso pack store 1";
constexpr std::array<std::string_view, 3> kActs = {"install", "activate", "rollback"};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::optional<std::uint64_t> readNumber(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

constexpr std::size_t kSetFields = 5;

std::string setText(const InstalledSet& set) {
    return set.identity.name + '\t' + std::to_string(set.identity.revision) + '\t' +
           set.identity.digest + '\t' + set.contents + '\t' + std::to_string(set.size);
}

std::optional<InstalledSet> readSet(const std::vector<std::string_view>& fields, std::size_t from) {
    if (fields.size() != from + kSetFields) {
        return std::nullopt;
    }
    const auto revision = readNumber(fields[from + 1]);
    const auto size = readNumber(fields[from + 4]);
    if (!revision || !size) {
        return std::nullopt;
    }
    return InstalledSet{{std::string(fields[from]), *revision, std::string(fields[from + 2])},
                        std::string(fields[from + 3]),
                        *size};
}

std::string headBody(const Head& head) {
    return std::string(kFirstLine) + "\nrecords " + std::to_string(head.records) + "\nbytes " +
           std::to_string(head.journalBytes) + "\nchain " + head.chain + "\nactive\t" +
           (head.active ? setText(*head.active) : "none") + '\n';
}

}  // namespace

std::string_view wordOf(Act act) {
    return kActs[static_cast<std::size_t>(act)];
}

bool isFit(std::string_view text) {
    return !text.empty() && text.size() <= kMostTextBytes &&
           std::none_of(text.begin(), text.end(), [](char letter) {
               const auto byte = static_cast<unsigned char>(letter);
               return byte < 0x20 || byte == 0x7f;
           });
}

std::string firstChain() {
    return sha256(kFirstLine);
}

std::string writeRecord(const Record& record, std::string& chain) {
    const std::string body = std::to_string(record.number) + '\t' +
                             std::string(wordOf(record.act)) + '\t' + record.note.at + '\t' +
                             record.note.by + '\t' + record.note.why + '\t' + setText(record.set);
    Sha256 digest;
    digest.addFramed(chain);
    digest.addFramed(body);
    chain = digest.finish();
    return chain + '\t' + body + '\n';
}

std::optional<Record> readRecord(std::string_view line, std::string& chain) {
    const std::vector<std::string_view> fields = split(line, '\t');
    std::optional<InstalledSet> set = readSet(fields, 6);
    if (!set) {
        return std::nullopt;
    }
    const auto number = readNumber(fields[1]);
    const auto* const act = std::find(kActs.begin(), kActs.end(), fields[2]);
    if (!number || act == kActs.end()) {
        return std::nullopt;
    }
    Record record{*number,
                  static_cast<Act>(act - kActs.begin()),
                  {std::string(fields[4]), std::string(fields[5]), std::string(fields[3])},
                  std::move(*set)};
    // Written once more it must be the same text: nothing can be said in two ways.
    std::string after = chain;
    const std::string written = writeRecord(record, after);
    if (std::string_view(written).substr(0, written.size() - 1) != line) {
        return std::nullopt;
    }
    chain = std::move(after);
    return record;
}

std::string writeHead(const Head& head) {
    const std::string body = headBody(head);
    return body + "check " + sha256(body) + '\n';
}

std::optional<Head> readHead(std::string_view text) {
    const std::vector<std::string_view> lines = split(text, '\n');
    const auto valueOf = [&](std::size_t line, std::string_view name) -> std::string_view {
        return lines[line].starts_with(name) ? lines[line].substr(name.size()) : std::string_view();
    };
    if (lines.size() != 7) {
        return std::nullopt;
    }
    const auto records = readNumber(valueOf(1, "records "));
    const auto bytes = readNumber(valueOf(2, "bytes "));
    if (!records || !bytes) {
        return std::nullopt;
    }
    Head head{*records, *bytes, std::string(valueOf(3, "chain ")), std::nullopt};
    const std::string_view active = valueOf(4, "active\t");
    if (active != "none") {
        head.active = readSet(split(active, '\t'), 0);
    }
    return writeHead(head) == text ? std::optional(std::move(head)) : std::nullopt;
}

bool isHead(std::string_view text) {
    return text.starts_with(kFirstLine) && text.substr(kFirstLine.size()).starts_with('\n');
}

}  // namespace proviso::pack_store

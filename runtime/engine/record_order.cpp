#include "runtime/engine/run.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string_view>

namespace proviso {

namespace {

/// The first bytes of a text as a number, whose order is theirs; where there are fewer, zeros.
std::uint64_t beginningOf(std::string_view text) {
    std::uint64_t beginning = 0;
    for (std::size_t index = 0; index < sizeof beginning; ++index) {
        beginning =
            beginning << 8U | (index < text.size() ? static_cast<unsigned char>(text[index]) : 0U);
    }
    return beginning;
}

std::uint64_t wordAt(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return __builtin_bswap64(word);
}

/// Whether one does not come after another; keys are mostly short, and as long as one another.
bool isInOrder(std::string_view before, std::string_view text) {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    const std::size_t size = text.size();
    if (before.size() != size || size < kWord || size > 2 * kWord) {
        return before.compare(text) <= 0;
    }
    const std::uint64_t a = wordAt(before.data());
    const std::uint64_t b = wordAt(text.data());
    // Where the first bytes are the same, those that both words have say nothing new.
    return a != b ? a < b
                  : wordAt(before.data() + size - kWord) <= wordAt(text.data() + size - kWord);
}

std::size_t alikeUntil(std::string_view a, std::string_view b, std::size_t most) {
    const std::size_t end = std::min({a.size(), b.size(), most});
    std::size_t at = 0;
    while (at < end && a[at] == b[at]) {
        ++at;
    }
    return at;
}

}  // namespace

std::vector<std::uint32_t> recordsInOrder(const bytecode::Program& program,
                                          const RecordStore& store) {
    std::vector<std::uint32_t> records(store.recordCount());
    std::iota(records.begin(), records.end(), 0U);
    if (program.schema.keyField == kNoIndex || records.empty()) {
        return records;
    }
    const StoredValues keys = store.values(0, program.schema.keyField);
    const Dictionary& dictionary = *store.rows().dictionary;
    const auto textOf = [&](std::uint32_t record) {
        return dictionary.text(static_cast<std::uint32_t>(keys[record]));
    };
    // Files mostly come in the order of their keys. What all keys begin with is found on the way.
    const std::string_view first = textOf(0);
    std::size_t alike = first.size();
    bool areInOrder = true;
    std::string_view before = first;
    for (std::uint32_t record = 1; record < records.size(); ++record) {
        const std::string_view text = textOf(record);
        areInOrder = areInOrder && isInOrder(before, text);
        alike = alikeUntil(first, text, alike);
        before = text;
    }
    if (areInOrder) {
        return records;
    }
    // Mostly the eight bytes behind that tell two keys apart, and they lie beside one another.
    struct Entry {
        std::uint64_t beginning = 0;
        std::uint32_t record = 0;
    };
    std::vector<Entry> entries;
    entries.reserve(records.size());
    for (const std::uint32_t record : records) {
        entries.push_back({beginningOf(textOf(record).substr(alike)), record});
    }
    std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
        if (a.beginning != b.beginning) {
            return a.beginning < b.beginning;
        }
        const int order = textOf(a.record).compare(textOf(b.record));
        return order != 0 ? order < 0 : a.record < b.record;
    });
    std::transform(entries.begin(), entries.end(), records.begin(), [](const Entry& entry) {
        return entry.record;
    });
    return records;
}

}  // namespace proviso

#include "runtime/engine/run.h"

#include <algorithm>
#include <cstring>
#include <future>
#include <numeric>
#include <string_view>

namespace proviso {

namespace {

/// The first bytes of a text as a number, whose order is theirs; where there are fewer, zeros.
std::uint64_t beginningOf(std::string_view text) {
    std::uint64_t beginning = 0;
    if (text.size() >= sizeof beginning) {
        std::memcpy(&beginning, text.data(), sizeof beginning);
        return __builtin_bswap64(beginning);
    }
    for (std::size_t index = 0; index < sizeof beginning; ++index) {
        beginning =
            beginning << 8U | (index < text.size() ? static_cast<unsigned char>(text[index]) : 0U);
    }
    return beginning;
}

/// Whether one does not come after another; keys are mostly short, and as long as one another.
bool isInOrder(std::string_view before, std::string_view text) {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    const std::size_t size = text.size();
    if (before.size() != size || size < kWord || size > 2 * kWord) {
        return before.compare(text) <= 0;
    }
    const std::uint64_t a = beginningOf(before);
    const std::uint64_t b = beginningOf(text);
    // Where the first bytes are the same, those that both words have say nothing new.
    return a != b
               ? a < b
               : beginningOf(before.substr(size - kWord)) <= beginningOf(text.substr(size - kWord));
}

std::size_t alikeUntil(std::string_view a, std::string_view b, std::size_t most) {
    const std::size_t end = std::min({a.size(), b.size(), most});
    std::size_t at = 0;
    while (at < end && a[at] == b[at]) {
        ++at;
    }
    return at;
}

/// How some keys follow one another, as they come.
struct Order {
    bool isKept = true;
    std::size_t alike = 0;  ///< so many bytes all of them begin with
};

/// Of the records from `begin` on, the first compared with the one before it. `textOf(record)`.
template <class TextOf>
Order orderOf(std::uint32_t begin, std::uint32_t end, TextOf textOf) {
    const std::string_view first = textOf(0);
    Order order{true, first.size()};
    std::string_view before = textOf(begin == 0 ? 0 : begin - 1);
    for (std::uint32_t record = begin; record < end; ++record) {
        const std::string_view text = textOf(record);
        order.isKept = order.isKept && isInOrder(before, text);
        order.alike = alikeUntil(first, text, order.alike);
        before = text;
    }
    return order;
}

/// Of all records; each thread looks at some.
template <class TextOf>
Order orderOfAll(std::uint32_t records, unsigned threads, TextOf textOf) {
    constexpr std::uint32_t kWorthwhile = 50'000;  // for a thread
    const std::uint32_t parts = std::clamp(records / kWorthwhile, 1U, std::max(threads, 1U));
    const auto begin = [&](std::uint32_t part) {
        return static_cast<std::uint32_t>(std::uint64_t{records} * part / parts);
    };
    std::vector<std::future<Order>> others;
    for (std::uint32_t part = 1; part < parts; ++part) {
        others.push_back(
            std::async(std::launch::async, [=, from = begin(part), to = begin(part + 1)] {
                return orderOf(from, to, textOf);
            }));
    }
    Order order = orderOf(0, begin(1), textOf);
    for (std::future<Order>& other : others) {
        const Order found = other.get();
        order.isKept = order.isKept && found.isKept;
        order.alike = std::min(order.alike, found.alike);
    }
    return order;
}

}  // namespace

std::vector<std::uint32_t>
recordsInOrder(const bytecode::Program& program, const RecordStore& store, unsigned threads) {
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
    const auto [areInOrder, alike] = orderOfAll(store.recordCount(), threads, textOf);
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

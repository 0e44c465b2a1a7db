#include "runtime/input/quick_text.h"

#include <bit>
#include <string>
#include <utility>

namespace proviso {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

// NOLINTNEXTLINE(misc-no-recursion): once, as there is room after it
void Meanings::add(std::string_view text, std::int64_t meaning) {
    if (2 * (count_ + 1) > entries_.size()) {
        grow();
    }
    const std::string padded = std::string(text.substr(0, kHeadBytes)) + std::string(kHeadBytes, 0);
    Entry entry;
    entry.head = headOf(std::string_view(padded).substr(0, std::min(text.size(), kHeadBytes)));
    entry.text = text;
    entry.meaning = meaning;
    entry.taken = true;
    const std::size_t mask = entries_.size() - 1;
    std::size_t at = hashOfHead(entry.head, text.size()) & mask;
    while (entries_[at].taken) {
        at = (at + 1) & mask;
    }
    entries_[at] = entry;
    ++count_;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
void Meanings::grow() {
    const std::vector<Entry> before = std::move(entries_);
    entries_.assign(std::max<std::size_t>(8, before.size() * 2), {});
    count_ = 0;
    for (const Entry& entry : before) {
        if (entry.taken) {
            add(entry.text, entry.meaning);
        }
    }
}

}  // namespace proviso

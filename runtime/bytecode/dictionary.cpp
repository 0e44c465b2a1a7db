#include "runtime/base/check.h"
#include "runtime/base/text_hash.h"
#include "runtime/bytecode/batch.h"

#include <algorithm>
#include <cstring>

namespace proviso {

namespace {

constexpr std::size_t kFirstSlots = 256;
constexpr std::size_t kChunkBytes = std::size_t{64} << 10U;

}  // namespace

// Ids are given in the order of the texts and do not depend on the seed.
Dictionary::Dictionary() : seed_(secretSeed()), slots_(kFirstSlots) {}

Dictionary::Dictionary(const std::vector<std::string>& texts) : Dictionary() {
    for (const std::string& text : texts) {
        intern(text);
    }
}

std::uint32_t Dictionary::hash(std::string_view text) const {
    return static_cast<std::uint32_t>(hashText(text, seed_));
}

std::uint32_t Dictionary::intern(std::string_view text, std::uint32_t hash) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at].id != kNoText; at = (at + 1) & mask) {
        if (slots_[at].hash == hash) {
            if (sameText(this->text(slots_[at].id), text)) {
                return slots_[at].id;
            }
        }
    }
    PROVISO_CHECK(size_ < kNoText && text.size() < UINT32_MAX,
                  "more texts than a dictionary holds");
    const auto id = static_cast<std::uint32_t>(size_);
    if (id % kEntriesOfBlock == 0) {
        entries_.push_back(std::make_unique<Entry[]>(kEntriesOfBlock));
    }
    entries_.back()[id % kEntriesOfBlock] = keep(text);
    ++size_;
    slots_[at] = {hash, id};
    if (size_ > slots_.size() / 4 * 3) {
        grow();
    }
    return id;
}

Dictionary::Entry Dictionary::keep(std::string_view text) {
    Entry entry;
    entry.size = static_cast<std::uint32_t>(text.size());
    if (text.size() <= Entry::kShort) {
        std::copy(text.begin(), text.end(), entry.bytes);
        return entry;
    }
    if (text.size() > freeBytes_) {
        freeBytes_ = std::max(kChunkBytes, text.size());
        // A chunk is written before it is read.
        chunks_.emplace_back(new char[freeBytes_]);
        free_ = chunks_.back().get();
    }
    std::memcpy(free_, text.data(), text.size());
    std::memcpy(entry.bytes, static_cast<const void*>(&free_), sizeof free_);
    free_ += text.size();
    freeBytes_ -= text.size();
    return entry;
}

void Dictionary::grow() {
    std::vector<Slot, LargeBlocks<Slot>> wider(slots_.size() * 2);
    const std::size_t mask = wider.size() - 1;
    for (const Slot& slot : slots_) {
        if (slot.id != kNoText) {
            std::size_t at = slot.hash & mask;
            while (wider[at].id != kNoText) {
                at = (at + 1) & mask;
            }
            wider[at] = slot;
        }
    }
    slots_ = std::move(wider);
}

}  // namespace proviso

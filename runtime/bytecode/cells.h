#pragma once

#include "runtime/base/check.h"
#include "runtime/base/large_blocks.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

namespace proviso {

/// The cells of a column: its own, as in a std::vector, or lent by a longer column, which must stay
/// as it is for as long as these are read. What is lent can be read, copied, replaced and cleared,
/// but not changed cell by cell. A copy owns what it holds. Moved from, it is empty.
template <class Cell>
class Cells {
  public:
    using value_type = Cell;

    Cells() = default;
    Cells(std::initializer_list<Cell> cells) : own_(cells) { look(); }
    // NOLINTNEXTLINE(google-explicit-constructor): as good as cells
    Cells(const std::vector<Cell>& cells) : own_(cells.begin(), cells.end()) { look(); }
    Cells(const Cells& other) : own_(other.begin(), other.end()) { look(); }
    Cells(Cells&& other) noexcept { swap(other); }
    Cells& operator=(const Cells& other) {
        if (this != &other) {
            own_.assign(other.begin(), other.end());
            look();
        }
        return *this;
    }
    Cells& operator=(Cells&& other) noexcept {
        Cells taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Cells() = default;

    static Cells lent(std::span<const Cell> cells) {
        Cells result;
        result.data_ = cells.data();
        result.size_ = cells.size();
        return result;
    }

    bool isLent() const noexcept { return data_ != own_.data(); }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const Cell* data() const noexcept { return data_; }
    const Cell* begin() const noexcept { return data_; }
    const Cell* end() const noexcept { return data_ + size_; }
    const Cell& operator[](std::size_t index) const { return data_[index]; }
    const Cell& back() const { return data_[size_ - 1]; }

    Cell* data() { return owned().data(); }
    Cell* begin() { return owned().data(); }
    Cell* end() { return owned().data() + size_; }
    /// No check of whose they are: this stands in the innermost loops.
    Cell& operator[](std::size_t index) { return own_[index]; }

    void clear() noexcept {
        own_.clear();
        look();
    }
    void assign(std::size_t count, const Cell& cell) {
        own_.assign(count, cell);
        look();
    }
    template <class Iterator>
    void assign(Iterator first, Iterator last) {
        own_.assign(first, last);
        look();
    }
    void resize(std::size_t count) {
        if (count == size_) {
            owned();
            return;
        }
        grow(count);
    }
    void resize(std::size_t count, const Cell& cell) {
        owned().resize(count, cell);
        look();
    }
    void reserve(std::size_t count) {
        owned().reserve(count);
        look();
    }
    void push_back(const Cell& cell) {
        owned().push_back(cell);
        look();
    }
    void pop_back() {
        owned().pop_back();
        look();
    }

    friend bool operator==(const Cells& a, const Cells& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }

  private:
    [[gnu::noinline]] void grow(std::size_t count) {
        owned().resize(count);
        look();
    }
    std::vector<Cell, LargeBlocks<Cell>>& owned() {
        PROVISO_CHECK(!isLent(), "lent cells are not changed");
        return own_;
    }
    void look() noexcept {
        data_ = own_.data();
        size_ = own_.size();
    }
    void swap(Cells& other) noexcept {
        own_.swap(other.own_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    std::vector<Cell, LargeBlocks<Cell>> own_;
    const Cell* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace proviso

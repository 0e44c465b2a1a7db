#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Values as bytes: numbers with the lowest byte first, texts and lists behind their length. Each
/// value has exactly one form, so that what was read and is written again is the same bytes.
namespace proviso::pack {

template <class Enumeration>
bool isMember(std::underlying_type_t<Enumeration> number);

/// Puts values one behind the other. One thread at a time.
class ByteWriter {
  public:
    explicit ByteWriter(std::string& out) : out_(out) {}

    template <class... Values>
    void operator()(const Values&... values) {
        (put(values), ...);
    }
    void raw(std::string_view bytes) { out_ += bytes; }
    /// Whether everything fitted; a text or list of four thousand million does not.
    bool isWhole() const { return whole_; }

  private:
    template <class Value>
    void put(const Value& value) {
        if constexpr (std::is_same_v<Value, bool>) {
            out_ += static_cast<char>(value ? 1 : 0);
        } else if constexpr (std::is_enum_v<Value>) {
            put(static_cast<std::underlying_type_t<Value>>(value));
        } else if constexpr (std::is_integral_v<Value>) {
            auto rest = static_cast<std::make_unsigned_t<Value>>(value);
            for (std::size_t index = 0; index < sizeof(Value); ++index) {
                out_ += static_cast<char>(static_cast<unsigned char>(rest & 0xffU));
                rest = static_cast<decltype(rest)>(static_cast<std::uint64_t>(rest) >> 8U);
            }
        } else {
            fieldsOf(*this, value);
        }
    }
    void put(const std::string& text) {
        size(text.size());
        out_ += text;
    }
    template <class Value>
    void put(const std::vector<Value>& list) {
        size(list.size());
        for (const Value& value : list) {
            put(value);
        }
    }
    template <class Value>
    void put(const std::optional<Value>& value) {
        put(value.has_value());
        if (value) {
            put(*value);
        }
    }
    template <class First, class Second>
    void put(const std::pair<First, Second>& pair) {
        put(pair.first);
        put(pair.second);
    }
    void size(std::size_t count) {
        whole_ = whole_ && count <= 0xffffffffU;
        put(static_cast<std::uint32_t>(count));
    }

    std::string& out_;
    bool whole_ = true;
};

/// Takes values off bytes that may be anything. After the first thing that cannot be, it has failed
/// and what it gives is empty. Never reserves more than a small multiple of the bytes there are.
class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

    template <class... Values>
    void operator()(Values&... values) {
        (take(values), ...);
    }
    std::string_view raw(std::size_t count) {
        if (count > rest_.size()) {
            fail("it ends within a value");
            return {};
        }
        const std::string_view bytes = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return bytes;
    }
    std::size_t remaining() const { return rest_.size(); }
    bool failed() const { return problem_ != nullptr; }
    /// Of a reader that has failed.
    const char* problem() const { return problem_; }

  private:
    template <class Value>
    void take(Value& value) {
        if (failed()) {
            return;
        }
        if constexpr (std::is_same_v<Value, bool>) {
            std::uint8_t number = 0;
            take(number);
            if (number > 1) {
                fail("a yes or no is neither");
            }
            value = number == 1;
        } else if constexpr (std::is_enum_v<Value>) {
            std::underlying_type_t<Value> number{};
            take(number);
            if (!isMember<Value>(number)) {
                fail("a number names nothing of its kind");
                return;
            }
            value = static_cast<Value>(number);
        } else if constexpr (std::is_integral_v<Value>) {
            std::uint64_t number = 0;
            unsigned shift = 0;
            for (const char byte : raw(sizeof(Value))) {
                number |= static_cast<std::uint64_t>(static_cast<unsigned char>(byte)) << shift;
                shift += 8;
            }
            value = static_cast<Value>(number);
        } else {
            fieldsOf(*this, value);
        }
    }
    void take(std::string& text) {
        std::uint32_t count = 0;
        take(count);
        text = raw(count);
    }
    template <class Value>
    void take(std::vector<Value>& list) {
        std::uint32_t count = 0;
        take(count);
        if (failed()) {
            return;
        }
        if (count > rest_.size() / smallest<Value>()) {
            fail("a list is longer than what is left");
            return;
        }
        list.resize(count);
        for (Value& value : list) {
            take(value);
        }
    }
    template <class Value>
    void take(std::optional<Value>& value) {
        bool there = false;
        take(there);
        if (!failed() && there) {
            take(value.emplace());
        }
    }
    template <class First, class Second>
    void take(std::pair<First, Second>& pair) {
        take(pair.first);
        take(pair.second);
    }

    /// Bytes of the shortest form: one with all its lists and texts empty.
    template <class Value>
    static std::size_t smallest() {
        static const std::size_t kSize = [] {
            std::string bytes;
            ByteWriter writer(bytes);
            writer(Value{});
            return bytes.size();
        }();
        return kSize;
    }
    void fail(const char* problem) {
        problem_ = problem_ == nullptr ? problem : problem_;
        rest_ = {};
    }

    std::string_view rest_;
    const char* problem_ = nullptr;
};

}  // namespace proviso::pack

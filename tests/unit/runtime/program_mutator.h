#pragma once

#include "runtime/pack/program_fields.h"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace proviso::test {

/// Changes one field somewhere in a part of a program, whichever part and field it is: numbers,
/// enumerations and answers become others, lists longer or shorter, what is optional goes away.
/// Texts stay. One thread at a time.
class FieldMutator {
  public:
    FieldMutator(std::mt19937_64& random, const bytecode::Program& program)
        : random_(random), sizes_{program.code.size(),
                                  program.spaces.size(),
                                  program.clauses.size(),
                                  program.decisions.size(),
                                  program.texts.size()} {}

    /// Whether there was a field to change.
    template <class Part>
    bool change(Part& part) {
        wanted_ = UINT64_MAX;
        met_ = 0;
        (*this)(part);
        if (met_ == 0) {
            return false;
        }
        wanted_ = random_() % met_;
        met_ = 0;
        (*this)(part);
        return true;
    }

    /// For `fieldsOf`.
    template <class... Values>
    void operator()(Values&... values) {
        (visit(values), ...);
    }

  private:
    template <class Value>
    void visit(Value& value) {
        if constexpr (std::is_same_v<Value, bool>) {
            if (isWanted()) {
                value = !value;
            }
        } else if constexpr (std::is_enum_v<Value>) {
            if (isWanted()) {
                const auto number =
                    static_cast<std::underlying_type_t<Value>>(random_() % kMostMembers);
                if (pack::isMember<Value>(number)) {
                    value = static_cast<Value>(number);
                }
            }
        } else if constexpr (std::is_integral_v<Value>) {
            if (isWanted()) {
                value = number<Value>(value);
            }
        } else {
            pack::fieldsOf(*this, value);
        }
    }
    void visit(std::string&) {}
    template <class Value>
    void visit(std::vector<Value>& list) {
        if (isWanted()) {
            resize(list);
            return;
        }
        for (Value& value : list) {
            visit(value);
        }
    }
    template <class Value>
    void visit(std::optional<Value>& value) {
        if (isWanted()) {
            value.reset();
        }
        if (value) {
            visit(*value);
        }
    }
    template <class First, class Second>
    void visit(std::pair<First, Second>& pair) {
        visit(pair.first);
        visit(pair.second);
    }

    bool isWanted() { return met_++ == wanted_; }

    template <class Value>
    void resize(std::vector<Value>& list) {
        if (list.empty() || random_() % 3 == 0) {
            list.emplace_back();
        } else if (random_() % 2 == 0) {
            list.pop_back();
        } else {
            list.push_back(list[random_() % list.size()]);
        }
    }

    /// Mostly one that names something.
    template <class Value>
    Value number(Value old) {
        static constexpr std::int64_t kNumbers[] = {
            -1, 0, 1, 2, 3, 9, 18, 63, INT64_MIN, INT64_MAX};
        switch (random_() % 6) {
        case 0:
            return static_cast<Value>(kNumbers[random_() % std::size(kNumbers)]);
        case 1:
            return static_cast<Value>(static_cast<std::uint64_t>(old) + (random_() % 2 * 2 - 1));
        default:
            return static_cast<Value>(random_() % (sizes_[random_() % std::size(sizes_)] + 1));
        }
    }

    static constexpr std::uint64_t kMostMembers = 128;
    std::mt19937_64& random_;
    std::uint64_t sizes_[5];
    std::uint64_t wanted_ = 0;
    std::uint64_t met_ = 0;
};

}  // namespace proviso::test

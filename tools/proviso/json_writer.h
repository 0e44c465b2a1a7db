#pragma once

#include "runtime/decision/json.h"
#include "runtime/impact/impact.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace proviso::tool {

/// Writes JSON with the commas between; keys and values in the order in which they are given.
class Json {
  public:
    std::string out;

    Json& key(std::string_view name) {
        comma();
        appendJsonText(out, name);
        out += ": ";
        fresh_ = true;
        return *this;
    }
    Json& open(char bracket) {
        comma();
        out += bracket;
        fresh_ = true;
        return *this;
    }
    Json& close(char bracket) {
        out += bracket;
        fresh_ = false;
        return *this;
    }
    Json& text(std::string_view value) {
        comma();
        appendJsonText(out, value);
        return *this;
    }
    Json& number(std::uint64_t value) {
        comma();
        out += std::to_string(value);
        return *this;
    }
    Json& raw(std::string_view json) {
        comma();
        out += json;
        return *this;
    }
    void field(std::string_view name, std::string_view value) { key(name).text(value); }
    void field(std::string_view name, std::uint64_t value) { key(name).number(value); }
    /// Sums of money are texts; what cannot be counted is null.
    void sum(std::string_view name, const Total& total, int scale) {
        const std::string value = impact::decimalText(total, scale);
        key(name);
        value.empty() ? raw("null") : text(value);
    }

  private:
    void comma() {
        if (!fresh_) {
            out += ", ";
        }
        fresh_ = false;
    }
    bool fresh_ = true;
};

}  // namespace proviso::tool

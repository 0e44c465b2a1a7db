#include "compiler/parser/expected_words.h"

#include "compiler/parser/antlr_adapter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace proviso::syntax {

namespace {

/// Whatever a value begins with; together they are "a value".
constexpr std::array<std::string_view, 18> kValueStarts{"ID",
                                                        "MONEY",
                                                        "DATE",
                                                        "PERCENT",
                                                        "DECIMAL",
                                                        "INTEGER",
                                                        "STRING",
                                                        "yes",
                                                        "no",
                                                        "(",
                                                        "-",
                                                        "case",
                                                        "not",
                                                        "all",
                                                        "any",
                                                        "CODE",
                                                        "unknown",
                                                        "every"};
constexpr std::array<std::string_view, 9> kAggregateStarts{
    "total", "count", "highest", "lowest", "only", "first", "latest", "earliest", "apportion"};
/// Whatever goes on behind a value; named only where nothing else could stand.
constexpr std::array<std::string_view, 24> kContinuations{
    "+",        "-",    "*",   "/",   "div", "mod", "else",    "rounded",
    "on",       ".",    "for", "and", "or",  "is",  "exceeds", "satisfies",
    "contains", "does", ">",   ">=",  "<",   "<=",  "=",       "<>"};

template <std::size_t size>
void drop(std::vector<std::string_view>& names,
          const std::array<std::string_view, size>& unwanted) {
    names.erase(std::remove_if(names.begin(),
                               names.end(),
                               [&](std::string_view name) {
                                   return std::find(unwanted.begin(), unwanted.end(), name) !=
                                          unwanted.end();
                               }),
                names.end());
}

std::string inWords(std::string_view name) {
    if (name == "ID") {
        return "a name";
    }
    if (name == "STRING") {
        return "text in quotes";
    }
    if (name == "DATE") {
        return "a day such as 2025-01-31";
    }
    if (name == "INTEGER" || name == "DECIMAL") {
        return "a number";
    }
    if (name == "MONEY") {
        return "an amount such as $12.50";
    }
    if (name == "PERCENT") {
        return "a percent";
    }
    if (name == "CODE") {
        return "a code";
    }
    return fmt::format("`{}`", name);
}

}  // namespace

ExpectedWords::ExpectedWords(const std::vector<std::uint16_t>& types) {
    static constexpr std::array<std::string_view, 4> kNeverWanted{
        "BAD_MONEY", "BAD_DATE", "UNCLOSED_STRING", "UNKNOWN_CHARACTER"};
    for (const std::uint16_t type : types) {
        names_.push_back(tokenTypeName(type));
    }
    drop(names_, kNeverWanted);
    std::sort(names_.begin(), names_.end());
}

bool ExpectedWords::has(std::string_view name) const {
    return std::binary_search(names_.begin(), names_.end(), name);
}

bool ExpectedWords::onlyOf(std::initializer_list<std::string_view> names) const {
    return !names_.empty() && std::all_of(names_.begin(), names_.end(), [&](std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    });
}

std::vector<std::string_view> ExpectedWords::keywords() const {
    std::vector<std::string_view> words;
    for (const std::string_view name : names_) {
        if (isKeywordType(tokenTypeByName(name))) {
            words.push_back(name);
        }
    }
    return words;
}

std::string ExpectedWords::describe() const {
    std::vector<std::string_view> names = names_;
    std::vector<std::string> phrases;
    if (has("ID") && has("MONEY") && has("INTEGER")) {
        const bool condition = has("not") && !has("yes");
        phrases.emplace_back(condition ? "a condition" : "a value");
        drop(names, kValueStarts);
        drop(names, kAggregateStarts);
    }
    std::vector<std::string_view> firm = names;
    drop(firm, kContinuations);
    if (!firm.empty() || !phrases.empty()) {
        names = firm;
    }
    if (has("always") && has("from") && has("through")) {
        phrases.emplace_back("dates (`always`, `from` or `through`)");
        drop(names, std::array<std::string_view, 3>{"always", "from", "through"});
    }
    for (const std::string_view name : names) {
        std::string words = inWords(name);
        if (std::find(phrases.begin(), phrases.end(), words) == phrases.end()) {
            phrases.push_back(std::move(words));
        }
    }
    if (phrases.empty()) {
        return "something else";
    }
    constexpr std::size_t kMostNamed = 6;
    const bool more = phrases.size() > kMostNamed;
    if (more) {
        phrases.resize(kMostNamed - 1);
        phrases.emplace_back("another clause");
    }
    std::string text = phrases.front();
    for (std::size_t index = 1; index < phrases.size(); ++index) {
        text += index + 1 == phrases.size() ? " or " : ", ";
        text += phrases[index];
    }
    return text;
}

}  // namespace proviso::syntax

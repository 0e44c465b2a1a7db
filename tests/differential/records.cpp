// Records that fit the packs: absent fields, days around the boundaries, amounts near the limits.

#include "runtime/values/date.h"
#include "tests/differential/world.h"

#include <fmt/format.h>

namespace proviso::differential {

using Kind = ValueType::Kind;

namespace {

class RecordWriter {
  public:
    explicit RecordWriter(World& world)
        : world_(world), random_(world.random), expressions_(world) {}

    /// `broken`: with a field that cannot be read, so that the record is rejected.
    std::string record(std::size_t number, bool broken) {
        const bool badDay = broken && random_.chance(40);
        std::string text = fmt::format(
            "{{\"id\": \"K-{}\", \"day\": \"{}\"", number, badDay ? "2025-02-30" : day());
        if (broken && !badDay) {
            text += R"(, "sequence": "many")";
        }
        broken_ = broken && !badDay;
        text += fields(0, /*nested=*/false);
        text += extra();
        text += lists(0);
        return text + "}";
    }

  private:
    std::string day() {
        // Few days, so that groups have members.
        const std::int64_t boundary = world_.boundary(random_.below(4));
        const std::int64_t first = world_.boundary(0);
        const std::int64_t near = first + random_.between(0, 12);
        return formatDate(Date{random_.chance(35)   ? first
                               : random_.chance(60) ? near
                                                    : boundary + random_.between(-1, 1)});
    }

    /// The name in the input: `named "x_f1"` stands in the pack for some fields.
    static std::string key(const Column& column) {
        const auto dot = column.name.find('.');
        const std::string name =
            dot == std::string::npos ? column.name : column.name.substr(dot + 1);
        return column.foreign.empty() ? name : column.foreign;
    }

    std::string fields(std::size_t space, bool nested) {
        std::string text;
        for (const Column& column : world_.spaces[space].columns) {
            const bool isNested = column.name.find('.') != std::string::npos;
            const bool isWritten =
                space == 0 && (column.name == "day" || (broken_ && column.name == "sequence"));
            if (!column.stored || isNested != nested || isWritten ||
                (column.optional && random_.chance(column.few ? 15 : 35))) {
                continue;
            }
            text += fmt::format(
                "{}\"{}\": {}", nested && text.empty() ? "" : ", ", key(column), value(column));
        }
        return text;
    }

    std::string extra() {
        bool any = false;
        bool required = false;
        for (const Column& column : world_.spaces[0].columns) {
            any = any || column.name.rfind("ext.", 0) == 0;
            required = required || (column.name.rfind("ext.", 0) == 0 && column.ownerRequired);
        }
        if (!any || (!required && random_.chance(30))) {
            return {};
        }
        return fmt::format(", \"ext\": {{{}}}", fields(0, /*nested=*/true));
    }

    // NOLINTNEXTLINE(misc-no-recursion): lists nest twice
    std::string lists(std::size_t parent) {
        std::string text;
        for (std::size_t space = 0; space < world_.spaces.size(); ++space) {
            const Space& list = world_.spaces[space];
            if (list.kind != Space::Kind::List || list.parent != parent) {
                continue;
            }
            std::string rows;
            const std::int64_t count = random_.between(0, parent == 0 ? 4 : 2);
            for (std::int64_t row = 0; row < count; ++row) {
                if (list.scalar) {
                    rows += (rows.empty() ? "" : ", ") + value(list.columns[0]);
                    continue;
                }
                std::string one = fields(space, /*nested=*/false) + lists(space);
                rows += fmt::format(
                    "{}{{{}}}", rows.empty() ? "" : ", ", one.empty() ? one : one.substr(2));
            }
            text += fmt::format(", \"{}\": [{}]", list.listName, rows);
        }
        return text;
    }

    std::string value(const Column& column) {
        if (column.few && column.type.kind == Kind::Number) {
            return std::to_string(random_.between(0, 2));
        }
        if (column.few && column.type.kind == Kind::Minutes) {
            const std::int64_t after = column.name == "finishes" ? random_.between(20, 90) : 0;
            return std::to_string(random_.between(0, 6) * 10 + after);
        }
        const bool negative = column.isSigned && random_.chance(30);
        const std::string sign = negative ? "-" : "";
        switch (column.type.kind) {
        case Kind::YesNo:
            if (column.attested) {
                return fmt::format("{{\"by\": \"someone\", \"on\": \"{}\", \"holds\": {}}}",
                                   world_.date(),
                                   random_.chance(70) ? "true" : "false");
            }
            return random_.chance(50) ? "true" : "false";
        case Kind::Number:
            if (column.type.scale == 0) {
                return sign + (random_.chance(2) ? "9223372036854775807"
                                                 : std::to_string(random_.between(0, 9)));
            }
            return fmt::format(
                "\"{}{}.{:03}\"", sign, random_.between(0, 9), random_.between(0, 999));
        case Kind::Money:
            if (random_.chance(2)) {
                return fmt::format("\"{}92233720368547758.07\"", sign);
            }
            return fmt::format(
                "\"{}{}.{:02}\"", sign, random_.between(0, 3000), random_.between(0, 99));
        case Kind::Minutes:
            return std::to_string(random_.chance(40) ? random_.between(0, 4) * 8
                                                     : random_.between(0, 60));
        case Kind::Days:
            return std::to_string(random_.chance(2) ? 9000000000000000000
                                                    : random_.between(0, 400));
        case Kind::Date:
            return "\"" + world_.date() + "\"";
        case Kind::Text:
            return "\"" + world_.text() + "\"";
        case Kind::Enumeration:
            return "\"" + random_.of(world_.enumerations[column.type.ref].members) + "\"";
        case Kind::Code: {
            const CodeSet& set = world_.codeSets[column.type.ref];
            if (set.open && random_.chance(15)) {
                return "\"zz9\"";
            }
            const std::string code = random_.of(set.codes);
            return code[0] == '"' ? code : "\"" + code + "\"";
        }
        }
        return "null";
    }

    World& world_;
    Random& random_;
    ExpressionWriter expressions_;
    bool broken_ = false;  // the sequence is written already, badly
};

}  // namespace

std::vector<std::string> writeRecords(World& world, std::size_t count) {
    std::vector<std::string> records;
    RecordWriter writer(world);
    const bool holes = world.random.chance(20);
    for (std::size_t number = 1; number <= count; ++number) {
        records.push_back(writer.record(number, holes && world.random.chance(20)));
    }
    return records;
}

}  // namespace proviso::differential

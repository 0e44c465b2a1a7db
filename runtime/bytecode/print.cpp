#include "runtime/bytecode/print.h"

#include "runtime/bytecode/op_info.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <fmt/format.h>

#include <iterator>
#include <unordered_map>

namespace proviso::bytecode {

namespace {

template <class Items>
std::string nameOf(const Items& items, std::uint32_t index) {
    return index < items.size() ? items[index].name : fmt::format("#{}", index);
}

std::string quoted(const Program& program, std::int64_t text) {
    if (text < 0 || static_cast<std::uint64_t>(text) >= program.texts.size()) {
        return fmt::format("text #{}", text);
    }
    return '"' + program.texts[static_cast<std::size_t>(text)] + '"';
}

std::string printDay(std::int64_t days) {
    return isInRange({days}) ? formatDate({days}) : fmt::format("day {}", days);
}

std::string printPeriod(std::int64_t from, std::int64_t through) {
    if (from == INT64_MIN && through == INT64_MAX) {
        return "always";
    }
    return (from == INT64_MIN ? "" : printDay(from)) + ".." +
           (through == INT64_MAX ? "" : printDay(through));
}

std::string printPeriod(const InForcePeriod& period) {
    return printPeriod(period.from, period.through) +
           (period.published == INT64_MIN ? "" : " published " + printDay(period.published));
}

class Printer {
  public:
    explicit Printer(const Program& program) : program_(program) {}

    std::string print() {
        printHead();
        printSpaces();
        printPools();
        printTables();
        nameRegisters();
        printCode();
        printRules();
        printDecisions();
        printOutputs();
        return std::move(text_);
    }

  private:
    template <class... Arguments>
    void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
        text_ += '\n';
    }

    std::string space(std::uint32_t index) const { return nameOf(program_.spaces, index); }
    static std::string reg(Register number) {
        return number == kNone ? "-" : fmt::format("%{}", number);
    }

    void sources(const std::vector<std::string>& texts) {
        for (const std::string& source : texts) {
            line("    source \"{}\"", source);
        }
    }

    void printHead() {
        line("format {}", kFormatVersion);
        line("digest {}", program_.digest);
        for (const PackInfo& pack : program_.packs) {
            line("pack {} {} layer {} {}", pack.name, pack.version, pack.layer, pack.digest);
        }
    }

    void printSpaces() {
        line("");
        line("row spaces");
        static constexpr const char* kKinds[] = {
            "input", "group", "keyed", "rows", "pairs", "helper", "instants", "covers"};
        for (std::uint32_t index = 0; index < program_.spaces.size(); ++index) {
            const SpaceInfo& info = program_.spaces[index];
            const auto kind = static_cast<std::size_t>(info.kind);
            std::string row = fmt::format(
                "  {} {} : {}", index, info.name, kind < std::size(kKinds) ? kKinds[kind] : "?");
            if (info.parent != kNone) {
                row += fmt::format(", {} of {}", info.listName, space(info.parent));
            }
            if (info.exists != kNone) {
                row += ", exists " + reg(info.exists);
            }
            if (info.kind == SpaceInfo::Kind::Group && !info.complete) {
                row += ", incomplete";
            }
            if (info.partitionClass != kNone) {
                row += ", together by " + nameOf(program_.classes, info.partitionClass);
            }
            line("{}", row);
        }
        if (!program_.classes.empty()) {
            line("");
            line("records together");
        }
        for (const PartitionClass& one : program_.classes) {
            std::string row = "  " + one.name + " :";
            for (const Register key : one.keys) {
                row += ' ' + reg(key);
            }
            line("{}", one.keys.empty() ? row + " all" : row);
        }
    }

    std::string window(std::int64_t index) const {
        static constexpr const char* kComparisons[] = {"=", "<>", "<", "<=", ">", ">="};
        if (index < 0 || static_cast<std::uint64_t>(index) >= program_.windows.size()) {
            return " ?";
        }
        const WindowInfo& info = program_.windows[static_cast<std::size_t>(index)];
        std::string text = info.hasMask ? " where" : "";
        for (const std::uint8_t mode : info.compares) {
            text += std::string(" compare ") + (mode < 6 ? kComparisons[mode] : "?");
        }
        text += info.dates != 0 ? fmt::format(" dates {}", info.dates) : "";
        for (const std::string& order : info.orders) {
            text += " [" + order + ']';
        }
        if (info.upTo != WindowInfo::UpTo::None) {
            text += fmt::format(" up to level {}{}",
                                info.upToOrders,
                                info.upTo == WindowInfo::UpTo::Exclusive ? " exclusive" : "");
        }
        text += info.since ? " since latest" : "";
        return text + (info.lastRows != 0 ? fmt::format(" last {}", info.lastRows) : "");
    }

    void printPools() {
        if (!program_.parameters.empty()) {
            line("");
            line("parameters");
        }
        for (const Parameter& parameter : program_.parameters) {
            line("  {} : {}", parameter.name, printType(program_, parameter.type));
            for (const DatedValue& value : parameter.values) {
                line("    {} : {}",
                     printPeriod(value.period),
                     printValue(program_, parameter.type, value.value));
            }
            sources(parameter.sources);
        }
        if (!program_.codeSets.empty()) {
            line("");
            line("code sets");
        }
        for (const CodeSet& set : program_.codeSets) {
            line("  {}", set.name);
            for (const CodeSet::Entry& entry : set.entries) {
                line("    {} {}",
                     quoted(program_, entry.text),
                     printPeriod(entry.from, entry.through));
            }
        }
        if (!program_.scales.empty()) {
            line("");
            line("scales");
        }
        for (const Scale& scale : program_.scales) {
            line("  {} of {}", scale.name, nameOf(program_.schema.enumerations, scale.enumeration));
            for (const Scale::Step& step : scale.steps) {
                line("    step {}", step.name);
                for (const Scale::Accepts& accepts : step.accepts) {
                    line("      {} :{}",
                         printPeriod(accepts.from, accepts.through),
                         facts(scale, accepts.facts));
                }
            }
        }
    }

    std::string facts(const Scale& scale, std::uint64_t bits) const {
        std::string text;
        for (std::uint32_t fact = 0; fact < 64; ++fact) {
            if (((bits >> fact) & 1U) != 0) {
                text +=
                    ' ' + printValue(program_, {TypeKind::Enumeration, 0, scale.enumeration}, fact);
            }
        }
        return text.empty() ? " nothing" : text;
    }

    std::string cell(const Table::Cell& one, const Type& type) const {
        static constexpr const char* kTests[] = {
            "any", "", "at least ", "at most ", "exceeds ", "below "};
        const auto test = static_cast<std::size_t>(one.test);
        std::string text = test < std::size(kTests) ? kTests[test] : "? ";
        if (one.test != Table::Cell::Test::Any) {
            for (std::size_t index = 0; index < one.values.size(); ++index) {
                text += (index == 0 ? "" : ", ") + printValue(program_, type, one.values[index]);
            }
        }
        return text;
    }

    void printTables() {
        if (!program_.tables.empty()) {
            line("");
            line("tables");
        }
        const auto typeAt = [](const std::vector<Type>& types, std::size_t index) {
            return index < types.size() ? types[index] : Type{};
        };
        for (const Table& table : program_.tables) {
            line("  {} {}", table.name, table.firstHit ? "first hit" : "unique");
            for (const Table::Row& row : table.rows) {
                std::string text = "   ";
                for (std::size_t index = 0; index < row.cells.size(); ++index) {
                    text += " | " + cell(row.cells[index], typeAt(table.given, index));
                }
                text += " =>";
                for (std::size_t index = 0; index < row.results.size(); ++index) {
                    const Table::Result& result = row.results[index];
                    text += " | " +
                            (result.unknown
                                 ? "unknown \"" + result.why + '"'
                                 : printValue(program_, typeAt(table.gives, index), result.value));
                }
                line("{} | {}", text, printPeriod(row.period));
            }
            sources(table.sources);
        }
    }

    void name(const std::string& owner, const Shown& shown) {
        const std::string name = owner + '.' + shown.name;
        if (shown.value != kNone) {
            names_.emplace(shown.value, name);
        }
        for (std::size_t member = 0; member < shown.members.size(); ++member) {
            names_.emplace(shown.members[member],
                           fmt::format("{}[{}]", name, memberName(shown.type, member)));
        }
    }

    std::string memberName(const Type& type, std::size_t member) const {
        if (type.kind == TypeKind::Set && type.ref < program_.schema.codes.size() &&
            member < program_.schema.codes[type.ref].members.size()) {
            return program_.schema.codes[type.ref].members[member];
        }
        if (type.kind == TypeKind::Step && type.ref < program_.scales.size() &&
            member < program_.scales[type.ref].steps.size()) {
            return program_.scales[type.ref].steps[member].name;
        }
        return std::to_string(member);
    }

    void nameRegisters() {
        for (const SpaceInfo& info : program_.spaces) {
            for (const Shown& shown : info.columns) {
                name(info.name, shown);
            }
        }
        for (const RuleInfo& rule : program_.rules) {
            names_.emplace(rule.applies, "applies of " + rule.name);
        }
    }

    /// What `index`, `immediate` and `mode` mean to the operation.
    std::string payload(const Instruction& one) const {
        static constexpr const char* kComparisons[] = {"=", "<>", "<", "<=", ">", ">="};
        static constexpr const char* kRoundings[] = {"half_up", "half_even", "up", "down"};
        const auto comparison = [&] { return one.mode < 6 ? kComparisons[one.mode] : "?"; };
        const auto rounding = [&] { return one.mode < 4 ? kRoundings[one.mode] : "?"; };
        switch (one.op) {
        case Op::Input:
            if (one.space < program_.schema.spaces.size()) {
                return ' ' + nameOf(program_.schema.spaces[one.space].fields, one.index);
            }
            return " ?";
        case Op::Constant:
            return ' ' + printValue(program_, one.type, one.immediate);
        case Op::Rescale:
        case Op::DatePart:
            return fmt::format(" {}", one.immediate);
        case Op::PeriodStart:
        case Op::PeriodEnd: {
            static constexpr const char* kPeriods[] = {"week", "month", "quarter", "year"};
            return std::string(" ") +
                   (one.immediate >= 0 && one.immediate < 4 ? kPeriods[one.immediate] : "?");
        }
        case Op::FoldTotal:
            return one.immediate == 1 ? " never_below_zero" : "";
        case Op::FoldLatest:
            return (one.mode == 1 ? " first" : " last") + window(one.index);
        case Op::BuildWindow:
            return window(one.immediate);
        case Op::Round:
        case Op::RoundRatio:
            return fmt::format(" {} {}", one.immediate, rounding());
        case Op::Compare:
        case Op::CompareRatio:
            return fmt::format(" {}", comparison());
        case Op::Guard:
            return one.index < program_.rules.size() ? ' ' + program_.rules[one.index].name : " ?";
        case Op::UnknownIf:
        case Op::ExactlyOne:
            return ' ' + quoted(program_, one.index);
        case Op::InForce:
            return one.index < program_.periods.size()
                       ? ' ' + printPeriod(program_.periods[one.index])
                       : " ?";
        case Op::DatedSelect: {
            std::string text;
            if (one.index < program_.datedLists.size()) {
                for (const InForcePeriod& period : program_.datedLists[one.index]) {
                    text += " [" + printPeriod(period) + ']';
                }
            }
            return text;
        }
        case Op::Parameter:
            return ' ' + nameOf(program_.parameters, one.index);
        case Op::TableLookup:
            return fmt::format(" {}[{}]", nameOf(program_.tables, one.index), one.immediate);
        case Op::InSet:
            return ' ' + nameOf(program_.codeSets, one.index);
        case Op::Accepts: {
            std::string step = std::to_string(one.immediate);
            if (one.index < program_.scales.size() && one.immediate >= 0 &&
                static_cast<std::uint64_t>(one.immediate) <
                    program_.scales[one.index].steps.size()) {
                step =
                    program_.scales[one.index].steps[static_cast<std::size_t>(one.immediate)].name;
            }
            return ' ' + nameOf(program_.scales, one.index) + '.' + step;
        }
        case Op::FoldFirst:
            return one.mode == 1 ? " highest" : " lowest";
        default:
            return "";
        }
    }

    void printCode() {
        line("");
        line("code");
        for (Register number = 0; number < program_.code.size(); ++number) {
            const Instruction& one = program_.code[number];
            std::string text = fmt::format("  %{}", number);
            const auto known = names_.find(number);
            text += ' ' + (known != names_.end() ? known->second : space(one.space));
            text += " = " + std::string(opName(one.op)) + payload(one);
            for (const Register operand : one.operands) {
                text += fmt::format(" %{}", operand);
            }
            text += one.type.kind == TypeKind::None
                        ? fmt::format(" : link {} -> {}", space(one.space), space(one.target))
                        : " : " + printType(program_, one.type);
            line("{}", text);
        }
    }

    void printRules() {
        if (!program_.rules.empty()) {
            line("");
            line("rules");
        }
        for (const RuleInfo& rule : program_.rules) {
            line("  {} for each {} when {} cost {}",
                 rule.name,
                 space(rule.space),
                 reg(rule.applies),
                 rule.cost);
            for (const ExceptionInfo& exception : rule.exceptions) {
                line("    exception {} when {}{}",
                     exception.name,
                     reg(exception.applies),
                     exception.waives ? " waives" : "");
            }
            for (const Effect& effect : rule.effects) {
                printEffect(effect);
            }
        }
    }

    void printEffect(const Effect& effect) {
        std::string text = "    when " + reg(effect.guard);
        if (effect.kind == Effect::Kind::Report) {
            text += " report " + nameOf(program_.findings, effect.finding);
        } else {
            text += " contribute to " + nameOf(program_.decisions, effect.decision);
            if (effect.value != kNone) {
                text += ' ' + reg(effect.value);
            } else if (effect.decision < program_.decisions.size()) {
                text +=
                    ' ' + memberName(program_.decisions[effect.decision].shown.type, effect.member);
            }
        }
        if (effect.row != kNone) {
            text += " on " + reg(effect.row);
        }
        line("{}", text);
    }

    void printDecisions() {
        if (!program_.decisions.empty()) {
            line("");
            line("decisions");
        }
        static constexpr const char* kWays[] = {
            "strictest", "union", "lowest", "highest", "exactly_one"};
        for (const DecisionInfo& decision : program_.decisions) {
            const auto way = static_cast<std::size_t>(decision.combination);
            line("  {} of {} : {} combined by {} {}",
                 decision.name,
                 space(decision.space),
                 printType(program_, decision.shown.type),
                 way < std::size(kWays) ? kWays[way] : "?",
                 reg(decision.shown.value));
            for (const DecisionInfo::Contribution& one : decision.contributions) {
                line("    {} when {} {}",
                     nameOf(program_.rules, one.rule),
                     reg(one.guard),
                     one.value == kNone ? "" : reg(one.value));
            }
        }
    }

    void printOutputs() {
        if (!program_.outputs.empty()) {
            line("");
            line("outputs");
        }
        for (const OutputInfo& output : program_.outputs) {
            std::string text = fmt::format("  {} of {}", output.name, space(output.space));
            if (output.rows != kNone) {
                text += " : list of " + space(output.rows);
            }
            for (const Shown& shown : output.columns) {
                text += fmt::format(" {} {}", shown.name, reg(shown.value));
            }
            line("{}", text);
        }
    }

    const Program& program_;
    std::string text_;
    std::unordered_map<Register, std::string> names_;
};

}  // namespace

std::string printProgram(const Program& program) {
    return Printer(program).print();
}

std::string printType(const Program& program, const Type& type) {
    const auto scaled = [&](const char* kind) {
        return type.scale == 0 ? std::string(kind) : fmt::format("{}({})", kind, type.scale);
    };
    switch (type.kind) {
    case TypeKind::YesNo:
        return "yes_no";
    case TypeKind::Number:
        return scaled("number");
    case TypeKind::Money:
        return scaled("money");
    case TypeKind::Minutes:
        return "minutes";
    case TypeKind::Days:
        return "days";
    case TypeKind::Date:
        return "date";
    case TypeKind::Text:
        return "text";
    case TypeKind::Enumeration:
        return "enumeration " + nameOf(program.schema.enumerations, type.ref);
    case TypeKind::Code:
        return "code " + nameOf(program.schema.codes, type.ref);
    case TypeKind::Attestation:
        return "attestation";
    case TypeKind::Step:
        return "step of " + nameOf(program.scales, type.ref);
    case TypeKind::Set:
        return "set of " + nameOf(program.schema.codes, type.ref);
    case TypeKind::Row:
        return "row " + nameOf(program.spaces, type.ref);
    case TypeKind::Ratio:
        return "ratio";
    case TypeKind::None:
        return "none";
    }
    return "?";
}

std::string printValue(const Program& program, const Type& type, std::int64_t value) {
    constexpr int kMostDecimals = 2 * kMaximumScale;
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return value == 0 ? "no" : "yes";
    case TypeKind::Number:
    case TypeKind::Money:
        return type.scale <= kMostDecimals ? formatDecimal(value, type.scale)
                                           : std::to_string(value);
    case TypeKind::Date:
        return printDay(value);
    case TypeKind::Text:
    case TypeKind::Code:
        return quoted(program, value);
    case TypeKind::Enumeration:
        if (type.ref < program.schema.enumerations.size() && value >= 0 &&
            static_cast<std::uint64_t>(value) <
                program.schema.enumerations[type.ref].members.size()) {
            return program.schema.enumerations[type.ref].members[static_cast<std::size_t>(value)];
        }
        return std::to_string(value);
    case TypeKind::Minutes:
    case TypeKind::Days:
    case TypeKind::Step:
    case TypeKind::Set:
    case TypeKind::Row:
    case TypeKind::Ratio:
    case TypeKind::None:
        break;
    }
    return std::to_string(value);
}

}  // namespace proviso::bytecode

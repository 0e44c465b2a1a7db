#include "compiler/typed/print.h"

#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <array>

namespace proviso::typed {

namespace {

constexpr std::array<const char*, 6> kComparisons{"=", "<>", "<", "<=", ">", ">="};
constexpr std::array<const char*, 4> kRoundings{"half_up", "half_even", "up", "down"};
constexpr std::array<const char*, 12> kFolds{"total",
                                             "count",
                                             "distinct",
                                             "highest",
                                             "lowest",
                                             "any",
                                             "every",
                                             "only",
                                             "first",
                                             "first_descending",
                                             "latest",
                                             "earliest"};
constexpr std::array<const char*, 4> kUnits{"week", "month", "quarter", "year"};
constexpr std::array<const char*, 4> kDateParts{"year", "month", "day", "weekday"};

std::string nameOfDay(std::int64_t day) {
    if (day == INT64_MIN || day == INT64_MAX) {
        return "..";
    }
    return formatDate(Date{day});
}

std::string print(const InForce& inForce) {
    std::string result =
        "[" + nameOfDay(inForce.period.from) + " - " + nameOfDay(inForce.period.through);
    if (inForce.published != INT64_MIN) {
        result += ", published " + nameOfDay(inForce.published);
    }
    return result + "]";
}

class Printer {
  public:
    explicit Printer(const Program& program) : program_(program) {}

    std::string value(Type type, std::int64_t value) const {
        switch (type.kind) {
        case TypeKind::YesNo:
        case TypeKind::Attestation:
            return value != 0 ? "yes" : "no";
        case TypeKind::Number:
            return formatDecimal(value, type.scale);
        case TypeKind::Money:
            return formatMoney(value, type.scale);
        case TypeKind::Minutes:
            return formatDecimal(value, type.scale) + "min";
        case TypeKind::Days:
            return formatDecimal(value, type.scale) + "d";
        case TypeKind::Date:
            return nameOfDay(value);
        case TypeKind::Text:
        case TypeKind::Code:
            return "\"" + program_.texts[static_cast<std::size_t>(value)] + "\"";
        case TypeKind::Enumeration:
            return program_.enumerations[type.ref].members[static_cast<std::size_t>(value)];
        case TypeKind::Step:
            return program_.scales[type.ref].steps[static_cast<std::size_t>(value)].name;
        case TypeKind::Set:
        case TypeKind::Row:
        case TypeKind::Ratio:
        case TypeKind::None:
            break;
        }
        return std::to_string(value);
    }

    // NOLINTNEXTLINE(misc-no-recursion): operands have smaller ids
    std::string expression(ExprId id) const {
        if (id == kNone) {
            return "-";
        }
        const Expr& one = program_.exprs[id];
        switch (one.kind) {
        case ExprKind::BinderRow:
            return program_.binders[one.index].name + "#" + std::to_string(one.index);
        case ExprKind::UpRow:
            return expression(one.operands[0]) + "^" +
                   program_.spaces[program_.links[one.index].to].name;
        case ExprKind::Constant:
            return value(one.type, one.value);
        case ExprKind::ReadColumn:
            return expression(one.operands[0]) + "." + program_.columns[one.index].name;
        case ExprKind::ReadMember:
            return expression(one.operands[0]) + "." + program_.columns[one.index].name + "[" +
                   memberName(one.index, static_cast<std::uint32_t>(one.value)) + "]";
        case ExprKind::ReadParameter:
            return program_.parameters[one.index].name + "@" + expression(one.operands[0]);
        case ExprKind::LookupTable:
            return program_.tables[one.index].name + "." +
                   program_.tables[one.index].gives[static_cast<std::size_t>(one.value)].name +
                   list(one.operands);
        case ExprKind::NotApplicable:
            return "not_applicable";
        case ExprKind::Add:
            return infix(one, "+");
        case ExprKind::Subtract:
            return infix(one, "-");
        case ExprKind::Multiply:
            return infix(one, "*");
        case ExprKind::IntegerDivide:
            return infix(one, "div");
        case ExprKind::Modulo:
            return infix(one, "mod");
        case ExprKind::Compare:
            return infix(one, kComparisons[static_cast<std::size_t>(one.comparison)]);
        case ExprKind::Rescale:
            return "rescale" + std::to_string(one.value) + list(one.operands);
        case ExprKind::Negate:
            return "-" + list(one.operands);
        case ExprKind::Round:
        case ExprKind::RoundRatio:
            return std::string(one.kind == ExprKind::Round ? "round" : "round_ratio") +
                   std::to_string(one.value) + "_" +
                   kRoundings[static_cast<std::size_t>(one.rounding)] + list(one.operands);
        case ExprKind::CompareRatio:
            return "ratio" + list(one.operands) +
                   kComparisons[static_cast<std::size_t>(one.comparison)];
        case ExprKind::And:
            return "and" + list(one.operands);
        case ExprKind::Or:
            return "or" + list(one.operands);
        case ExprKind::Not:
            return "not" + list(one.operands);
        case ExprKind::Select:
            return "select" + list(one.operands);
        case ExprKind::OrElse:
            return "or_else" + list(one.operands);
        case ExprKind::IsKnown:
            return "is_known" + list(one.operands);
        case ExprKind::IsApplicable:
            return "is_applicable" + list(one.operands);
        case ExprKind::InSet:
            return "in_" + program_.codeSets[one.index].name + list(one.operands);
        case ExprKind::Accepts:
            return program_.scales[one.index].steps[static_cast<std::size_t>(one.value)].name +
                   "_accepts" + list(one.operands);
        case ExprKind::InForceAt:
            return "in_force" + typed::print(one.periods[0]) + list(one.operands);
        case ExprKind::Dated: {
            std::string result = "dated(" + expression(one.operands[0]);
            for (std::size_t index = 0; index < one.periods.size(); ++index) {
                result += ", " + typed::print(one.periods[index]) + " " +
                          expression(one.operands[index + 1]);
            }
            return result + ")";
        }
        case ExprKind::UnknownIf:
            return "unknown_if" + list(one.operands);
        case ExprKind::DatePart:
            return std::string(kDateParts[static_cast<std::size_t>(one.value)]) +
                   list(one.operands);
        case ExprKind::WordCount:
            return "word_count" + list(one.operands);
        case ExprKind::Similarity:
            return "similarity" + list(one.operands);
        case ExprKind::DrawNumber:
            return "draw_number" + list(one.operands);
        case ExprKind::PeriodStart:
        case ExprKind::PeriodEnd:
            return std::string(kUnits[static_cast<std::size_t>(one.value)]) +
                   (one.kind == ExprKind::PeriodStart ? "_start" : "_end") + list(one.operands);
        case ExprKind::Fold:
        case ExprKind::FoldRow:
            return fold(one);
        case ExprKind::Apportion:
            return "apportion" + std::to_string(one.index) + list(one.operands);
        }
        return "?";
    }

    std::string memberName(ColumnId column, std::uint32_t member) const {
        const Type type = program_.columns[column].type;
        return type.kind == TypeKind::Step ? program_.scales[type.ref].steps[member].name
                                           : program_.codeSets[type.ref].entries[member].code;
    }

    std::string message(const Template& text) const {
        std::string result = "\"";
        for (const Template::Part& part : text.parts) {
            if (part.slot != kNone) {
                result += "{slot " + std::to_string(part.slot) + "}";
            } else if (part.expr == kNone) {
                result += part.text;
            } else {
                result += "{" + expression(part.expr);
                if (part.decision != kNone) {
                    result += "." + program_.columns[part.decision].name;
                }
                result += "}";
            }
        }
        return result + "\"";
    }

  private:
    // NOLINTNEXTLINE(misc-no-recursion): operands have smaller ids
    std::string list(const std::vector<ExprId>& operands) const {
        std::string result = "(";
        for (std::size_t index = 0; index < operands.size(); ++index) {
            result += (index == 0 ? "" : ", ") + expression(operands[index]);
        }
        return result + ")";
    }

    // NOLINTNEXTLINE(misc-no-recursion): operands have smaller ids
    std::string infix(const Expr& one, const std::string& sign) const {
        return "(" + expression(one.operands[0]) + " " + sign + " " + expression(one.operands[1]) +
               ")";
    }

    // NOLINTNEXTLINE(misc-no-recursion): operands have smaller ids
    std::string fold(const Expr& one) const {
        std::string result = std::string(kFolds[static_cast<std::size_t>(one.fold)]) +
                             (one.kind == ExprKind::FoldRow ? "_row(" : "(") +
                             expression(one.operands[0]) + " over";
        for (const LinkId link : one.over) {
            result += " " + program_.spaces[program_.links[link].from].name;
        }
        result += " as " + program_.binders[one.binder].name + "#" + std::to_string(one.binder);
        if (one.where != kNone) {
            result += " where " + expression(one.where);
        }
        for (const Window& each : one.windows) {
            result += " " + window(each);
        }
        if (one.body != kNone) {
            result += ": " + expression(one.body);
        }
        return result + ")";
    }

    // NOLINTNEXTLINE(misc-no-recursion): operands have smaller ids
    std::string window(const Window& one) const {
        switch (one.kind) {
        case Window::Kind::Dates:
            return "dates[" + expression(one.date) + " in " + expression(one.from) + " - " +
                   expression(one.through) + "]";
        case Window::Kind::UpTo:
            return "up_to[" + expression(one.row) + (one.exclusive ? " exclusive]" : "]");
        case Window::Kind::Since:
            return "since[" + expression(one.condition) + "]";
        case Window::Kind::LastRows:
            return "last_rows[" + std::to_string(one.count) + "]";
        case Window::Kind::Whole:
            return "whole[" + expression(one.condition) + "]";
        }
        return "?";
    }

    const Program& program_;
};

/// Writes the whole program, part after part.
class ProgramPrinter {
  public:
    explicit ProgramPrinter(const Program& program) : program_(program), printer_(program) {}

    std::string print() {
        for (const Space& space : program_.spaces) {
            printSpace(space);
        }
        for (const Grouping& grouping : program_.groupings) {
            printGrouping(grouping);
        }
        for (const Collect& collect : program_.collects) {
            printCollect(collect);
        }
        for (const Definition& definition : program_.definitions) {
            for (const Definition::Alternative& alternative : definition.alternatives) {
                line("define " + columnName(definition.column) + " " +
                     typed::print(alternative.inForce) + " = " +
                     printer_.expression(alternative.value));
            }
        }
        for (const Apportionment& one : program_.apportionments) {
            line("apportionment of " + program_.spaces[one.list].name + " in " +
                 program_.spaces[one.parent].name + ": " + printer_.expression(one.total) +
                 " where " + printer_.expression(one.where) + " by " + printer_.expression(one.by) +
                 " each " + printer_.expression(one.each));
        }
        for (const Parameter& parameter : program_.parameters) {
            for (const Parameter::Value& value : parameter.values) {
                line("parameter " + parameter.name + " " + typed::print(value.inForce) + " = " +
                     printer_.value(parameter.type, value.value));
            }
        }
        for (const Table& table : program_.tables) {
            printTable(table);
        }
        for (const Decision& decision : program_.decisions) {
            line("decision " + decision.name + " when " + printer_.expression(decision.when));
            for (const Decision::Need& need : decision.needs) {
                line("  needs " + need.layer + " when " + printer_.expression(need.when));
            }
        }
        for (const Rule& rule : program_.rules) {
            printRule(rule);
        }
        for (const Output& output : program_.outputs) {
            std::string columns;
            for (const ColumnId column : output.columns) {
                columns += " " + columnName(column);
            }
            line("output " + output.name + ":" + columns);
        }
        return std::move(text_);
    }

  private:
    void line(const std::string& text) { text_ += text + "\n"; }

    std::string columnName(ColumnId column) const {
        const Column& one = program_.columns[column];
        return program_.spaces[one.space].name + "." + one.name;
    }

    void printSpace(const Space& space) {
        constexpr std::array<const char*, 6> kKinds{
            "record", "list", "group", "collected", "pairs", "covers"};
        constexpr std::array<const char*, 5> kColumns{
            "stored", "computed", "collected", "decided", "instant"};
        std::string head =
            std::string(kKinds[static_cast<std::size_t>(space.kind)]) + " " + space.name;
        if (space.parent != kNone) {
            head += " in " + program_.spaces[space.parent].name + " as " + space.listName;
        }
        if (space.governingDate != kNone) {
            head += " dated by " + columnName(space.governingDate);
        }
        line(head);
        for (const ColumnId id : space.columns) {
            const Column& column = program_.columns[id];
            line("  " + std::string(kColumns[static_cast<std::size_t>(column.kind)]) + " " +
                 column.name + " : " + printType(program_, column.type) +
                 (column.canBeUnknown ? " unknown" : "") + (column.isPrivate ? " private" : ""));
        }
    }

    void printGrouping(const Grouping& grouping) {
        const auto columns = [&](const std::vector<ColumnId>& ids) {
            std::string text;
            for (const ColumnId id : ids) {
                text += " " + columnName(id);
            }
            return text;
        };
        line("grouping " + program_.spaces[grouping.space].name + " of " +
             program_.spaces[grouping.record].name +
             (grouping.complete ? " complete" : " incomplete"));
        line("  keys" + columns(grouping.keys));
        if (!grouping.order.empty()) {
            line("  order" + columns(grouping.order));
        }
        for (const LinkId link : grouping.nestedIn) {
            line("  nested in " + program_.spaces[program_.links[link].to].name);
        }
        line("  together" + columns(grouping.together));
    }

    void printCollect(const Collect& collect) {
        std::string head = "collect " + program_.spaces[collect.space].name + " over";
        for (const LinkId link : collect.over) {
            head += " " + program_.spaces[program_.links[link].from].name;
        }
        if (collect.covers != kNone) {
            head += " one per instant from " + printer_.expression(collect.from) + " to " +
                    printer_.expression(collect.to);
        }
        for (const ExprId key : collect.onePer) {
            head += " one per " + printer_.expression(key);
        }
        line(head);
        for (const Collect::Row& row : collect.rows) {
            line("  row when " + printer_.expression(row.when));
            for (std::size_t field = 0; field < row.fields.size(); ++field) {
                line("    " + program_.columns[collect.fields[field]].name + " = " +
                     printer_.expression(row.fields[field]));
            }
        }
    }

    void printTable(const Table& table) {
        line("table " + table.name + (table.firstHit ? " first" : " unique"));
        constexpr std::array<const char*, 6> kTests{"any", "in", ">=", "<=", ">", "<"};
        for (const Table::Row& row : table.rows) {
            std::string text = "  " + typed::print(row.inForce);
            for (std::size_t index = 0; index < row.cells.size(); ++index) {
                text +=
                    std::string(" | ") + kTests[static_cast<std::size_t>(row.cells[index].test)];
                for (const std::int64_t value : row.cells[index].values) {
                    text += " " + printer_.value(table.given[index].type, value);
                }
            }
            text += " =>";
            for (std::size_t index = 0; index < row.results.size(); ++index) {
                text += row.results[index].unknown ? " unknown"
                                                   : " " + printer_.value(table.gives[index].type,
                                                                          row.results[index].value);
            }
            line(text);
        }
    }

    void printRule(const Rule& rule) {
        line("rule " + rule.name + " for " +
             program_.spaces[program_.binders[rule.binder].space].name);
        line("  applies " + printer_.expression(rule.applies));
        for (const std::uint32_t index : rule.exceptions) {
            const Exception& exception = program_.exceptions[index];
            line("  exception " + exception.name + (exception.waives ? " waives " : " instead ") +
                 printer_.expression(exception.applies));
        }
        for (const Effect& effect : rule.effects) {
            printEffect(effect);
        }
    }

    void printEffect(const Effect& effect) {
        std::string text;
        if (effect.kind == Effect::Kind::Report) {
            text = "  report " + program_.findings[effect.finding].name + " on " +
                   printer_.expression(effect.row);
            for (std::size_t slot = 0; slot < effect.slots.size(); ++slot) {
                text += " " + printer_.expression(effect.slots[slot]);
                if (effect.slotDecisions[slot] != kNone) {
                    text += "." + columnName(effect.slotDecisions[slot]);
                }
            }
        } else {
            const ColumnId column = program_.decisions[effect.decision].column;
            text = "  " + columnName(column) + " of " + printer_.expression(effect.row) + " <- " +
                   (effect.member == kNone ? printer_.expression(effect.value)
                                           : printer_.memberName(column, effect.member));
        }
        line(text + " when " + printer_.expression(effect.guard));
        if (effect.because) {
            line("    because " + printer_.message(*effect.because));
        }
    }

    const Program& program_;
    Printer printer_;
    std::string text_;
};

}  // namespace

std::string printType(const Program& program, Type type) {
    constexpr std::array<const char*, 15> kNames{"YesNo",
                                                 "Number",
                                                 "Money",
                                                 "Minutes",
                                                 "Days",
                                                 "Date",
                                                 "Text",
                                                 "Enumeration",
                                                 "Code",
                                                 "Attestation",
                                                 "Step",
                                                 "Set",
                                                 "Row",
                                                 "Ratio",
                                                 "None"};
    std::string result = kNames[static_cast<std::size_t>(type.kind)];
    switch (type.kind) {
    case TypeKind::Number:
    case TypeKind::Money:
        return result + "(" + std::to_string(type.scale) + ")";
    case TypeKind::Enumeration:
        return result + "(" + program.enumerations[type.ref].name + ")";
    case TypeKind::Code:
    case TypeKind::Set:
        return result + "(" + program.codeSets[type.ref].name + ")";
    case TypeKind::Step:
        return result + "(" + program.scales[type.ref].name + ")";
    case TypeKind::Row:
        return result + "(" + program.spaces[type.ref].name + ")";
    default:
        return result;
    }
}

std::string printExpression(const Program& program, ExprId id) {
    return Printer(program).expression(id);
}

std::string printProgram(const Program& program) {
    return ProgramPrinter(program).print();
}

}  // namespace proviso::typed

#include "compiler/ast/print.h"

#include "compiler/ast/print_writer.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace proviso {

namespace {

using namespace ast;

/// Prints each declaration as a list with one part a line.
class Printer {
  public:
    std::string take() { return std::move(out_); }

    void print(const Pack& pack) {
        open("pack", pack.name.text);
        option("layer", pack.layer);
        option("version", pack.version);
        option("title", pack.title);
        for (const QualifiedName& used : pack.uses) {
            line("(uses " + used.text + ")");
        }
        for (const ItemNode& item : pack.items) {
            std::visit(*this, item.item);
        }
        close();
        out_ += '\n';
    }

    void operator()(const Layers& item) {
        open("layers");
        for (const Layer& layer : item.layers) {
            std::string text = "(" + layer.name.text + " " + layer.kind.text;
            text += names(" (excepted_by", layer.exceptedBy);
            line(text + (layer.tightensOnly ? " tightens_only)" : ")"));
        }
        close();
    }

    void operator()(const Enumeration& item) {
        open("enum", item.name.text);
        option("label", item.label);
        for (const Enumeration::Member& member : item.members) {
            line("(member " + member.name.text + labelText(member.label) + ")");
        }
        close();
    }

    void operator()(const Scale& item) {
        open("scale", item.name.text);
        line("(of " + item.factEnumeration.text + ")");
        option("label", item.label);
        for (const ScaleStep& step : item.steps) {
            print(step);
        }
        close();
    }

    void operator()(const StepDeclaration& item) {
        open("step_of", item.scale.text);
        sources(item.sources);
        print(item.step);
        close();
    }

    void operator()(const CodeSet& item) {
        open("codes", item.name.text);
        option("of", item.base);
        flag("open", item.open);
        sources(item.sources);
        for (const CodeSet::Entry& entry : item.entries) {
            line("(entry " + quoted(entry.code.text) + labelText(entry.label) +
                 (entry.period ? " " + periodText(*entry.period) : "") + ")");
        }
        close();
    }

    void operator()(const Record& item) {
        open("record", item.name.text);
        option("label", item.label);
        option("dated_by", item.datedBy);
        if (!item.correctedBy.empty()) {
            line(names("(corrected_by", item.correctedBy));
        }
        option("voided_by", item.voidedBy);
        for (const Field& field : item.fields) {
            open("field", field.name.text);
            type(field.type);
            flag("key", field.key);
            flag("optional", field.optional);
            flag("private", field.isPrivate);
            flag("shown", field.shown);
            flag("signed", field.isSigned);
            option("named", field.foreignName);
            option("label", field.label);
            option("at_most", field.atMost);
            flag("absent_means_none", field.absentMeansNone);
            option("absent_means", field.absentMeans);
            close();
        }
        close();
    }

    void operator()(const Grouping& item) {
        open("grouping", item.name.text);
        line("(of " + item.record.text + ")");
        line(names("(by", item.keys));
        if (!item.order.empty()) {
            line(names("(ordered_by", item.order));
        }
        option("dated_by", item.datedBy);
        line(item.complete ? "complete" : "incomplete");
        close();
    }

    void operator()(const Decision& item) {
        open("decision", item.name.text);
        line("(of " + item.record.text + ")");
        option("label", item.label);
        option("when", item.when);
        type(item.type);
        if (item.combinedBy) {
            option("combined_by", item.combinedBy);
        } else {
            line("exactly_one");
        }
        for (const Decision::Need& need : item.needs) {
            line("(needs " + need.layer.text + (need.when ? " " + printAst(**need.when) : "") +
                 ")");
        }
        close();
    }

    void operator()(const Finding& item) {
        open("finding", item.name.text);
        line("(severity " + item.severity.text + ")");
        line("(title " + quoted(item.title.text) + ")");
        slots("with", item.slots);
        option("remedy", item.remedy);
        close();
    }

    void operator()(const Output& item) {
        open("output", item.name.text);
        line("(of " + item.record.text + ")");
        if (!item.fields.empty()) {
            line(names("(with", item.fields));
        }
        flag("choices", item.choices);
        close();
    }

    void operator()(const Parameter& item) {
        open("parameter", item.name.text);
        type(item.type);
        option("label", item.label);
        sources(item.sources);
        values(item.values);
        close();
    }

    void operator()(const Table& item) {
        open("table", item.name.text);
        option("label", item.label);
        line("(hit " + item.hitPolicy.text + ")");
        sources(item.sources);
        slots("given", item.given);
        slots("gives", item.gives);
        option("from", item.file);
        for (const Table::Row& row : item.rows) {
            std::string text = "(row";
            for (const TableCell& cell : row.cells) {
                text += " " + cellText(cell);
            }
            line(text + ")");
        }
        close();
    }

    void operator()(const Define& item) {
        open("define", item.name.text);
        line("(of " + item.record.text + ")");
        if (item.type) {
            type(*item.type);
        }
        option("label", item.label);
        sources(item.sources);
        values(item.values);
        close();
    }

    void operator()(const Collect& item) {
        open("collect", item.name.text);
        line("(of " + item.parent.text + ")");
        option("label", item.label);
        sources(item.sources);
        line("(over " + printAst(*item.over) + " " + item.binder.text + ")");
        if (!item.onePer.empty()) {
            std::string text = item.onePerInstant ? "(one_per_instant" : "(one_per";
            for (const ExpressionPtr& key : item.onePer) {
                text += " " + printAst(*key);
            }
            line(text + ")");
        }
        option("at_most", item.atMost);
        for (const Collect::Row& row : item.rows) {
            open("row");
            option("when", row.when);
            for (const Collect::RowField& field : row.fields) {
                line("(" + field.name.text + " " + printAst(*field.value) + ")");
            }
            close();
        }
        line(names("(ordered_by", item.order));
        close();
    }

    void operator()(const Rule& item) {
        open("rule", item.name.text);
        option("label", item.label);
        sources(item.sources);
        dates(item.period, item.published);
        line("(for_each " + item.binder.text +
             (item.secondBinder ? " " + item.secondBinder->text : "") + ")");
        option("in", item.in);
        defines(item.defines);
        option("when", item.when);
        option("unless", item.unless);
        for (const Action& action : item.actions) {
            print(action);
        }
        close();
    }

    void operator()(const Exception& item) {
        open("exception", item.name.text);
        line("(to " + item.target.text + ")");
        option("label", item.label);
        sources(item.sources);
        dates(item.period, item.published);
        defines(item.defines);
        option("when", item.when);
        option("unless", item.unless);
        if (item.instead) {
            print(*item.instead);
        } else {
            line("waive");
        }
        option("because", item.because);
        close();
    }

    void operator()(const Sample& item) {
        open("sample", item.name.text);
        line("(of " + item.record.text + ")");
        fields(item.fields);
        close();
    }

    void operator()(const Test& item) {
        open("test", quoted(item.title.text));
        if (item.knownAsOf) {
            line("(known_as_of " + dateText(item.knownAsOf->days) + ")");
        }
        for (const Given& given : item.given) {
            open("given", given.record.text);
            option("as", given.binder);
            option("like", given.like);
            fields(given.fields);
            close();
        }
        for (const Expectation& expectation : item.expectations) {
            print(expectation);
        }
        close();
    }

    // The parts of an action.
    void operator()(const Require& body) {
        open(body.atMost ? "require_at_most" : "require_at_least");
        print(body.target);
        values(body.value);
        close();
    }
    void operator()(const Add& body) {
        open("add");
        print(body.target);
        for (const ExpressionPtr& member : body.members) {
            line(printAst(*member));
        }
        close();
    }
    void operator()(const Set& body) {
        open("set");
        print(body.target);
        values(body.value);
        close();
    }
    void operator()(const Report& body) {
        open("report", body.finding.text);
        line("(on " + printAst(*body.row) + ")");
        for (const Report::SlotValue& slot : body.slots) {
            line("(" + slot.name.text + " " + printAst(*slot.value) + ")");
        }
        option("at_stake", body.atStake);
        close();
    }

  private:
    void line(const std::string& text) {
        out_ += '\n';
        out_.append(depth_ * 2, ' ');
        out_ += text;
    }
    void open(const std::string& word, const std::string& name = {}) {
        const std::string text = "(" + word + (name.empty() ? "" : " " + name);
        if (out_.empty()) {
            out_ = text;
        } else {
            line(text);
        }
        ++depth_;
    }
    void close() {
        out_ += ')';
        --depth_;
    }

    void flag(const std::string& word, bool value) {
        if (value) {
            line(word);
        }
    }
    void option(const std::string& word, const std::optional<Name>& name) {
        if (name) {
            line("(" + word + " " + name->text + ")");
        }
    }
    void option(const std::string& word, const std::optional<Text>& text) {
        if (text) {
            line("(" + word + " " + quoted(text->text) + ")");
        }
    }
    void option(const std::string& word, const std::optional<QualifiedName>& name) {
        if (name) {
            line("(" + word + " " + name->text + ")");
        }
    }
    void option(const std::string& word, const std::optional<std::int64_t>& number) {
        if (number) {
            line("(" + word + " " + std::to_string(*number) + ")");
        }
    }
    void option(const std::string& word, const std::optional<ExpressionPtr>& expression) {
        if (expression) {
            line("(" + word + " " + printAst(**expression) + ")");
        }
    }
    void option(const std::string& word, const std::optional<Template>& message) {
        if (!message) {
            return;
        }
        std::string text = "(" + word;
        for (const Template::Part& part : message->parts) {
            text += " " + (part.expression == nullptr ? quoted(part.text)
                                                      : "{" + printAst(*part.expression) + "}");
        }
        line(text + ")");
    }

    static std::string names(std::string text, const std::vector<Name>& list) {
        if (list.empty()) {
            return {};
        }
        for (const Name& name : list) {
            text += " " + name.text;
        }
        return text + ")";
    }
    static std::string labelText(const std::optional<Text>& label) {
        return label ? " " + quoted(label->text) : "";
    }
    static std::string periodText(const Period& period) {
        if (!period.from && !period.through) {
            return "always";
        }
        std::string text = "(";
        text += period.from ? "from " + dateText(*period.from) : "";
        text += period.from && period.through ? " " : "";
        text += period.through ? "through " + dateText(*period.through) : "";
        return text + ")";
    }
    static std::string cellText(const TableCell& cell) {
        using Kind = TableCell::Kind;
        std::string word;
        switch (cell.kind) {
        case Kind::Any:
            return "any";
        case Kind::Dash:
            return "-";
        case Kind::Unknown:
            return "(unknown " + quoted(cell.text) + ")";
        case Kind::Word:
            return cell.text;
        case Kind::AtLeast:
            word = "at_least";
            break;
        case Kind::AtMost:
            word = "at_most";
            break;
        case Kind::Exceeds:
            word = "exceeds";
            break;
        case Kind::Below:
            word = "below";
            break;
        case Kind::Values:
            word = "values";
            break;
        }
        for (const ExpressionPtr& value : cell.values) {
            word += " " + printAst(*value);
        }
        return "(" + word + ")";
    }
    static std::string typeText(const TypeName& name) {
        switch (name.shape) {
        case TypeName::Shape::List:
            return "(list " + name.name.text + ")";
        case TypeName::Shape::Set:
            return "(set " + name.name.text + ")";
        case TypeName::Shape::Plain:
            break;
        }
        return name.decimals ? "(" + name.name.text + " " + std::to_string(*name.decimals) + ")"
                             : name.name.text;
    }

    void type(const TypeName& name) { line("(type " + typeText(name) + ")"); }

    void sources(const std::vector<Text>& list) {
        for (const Text& source : list) {
            line("(source " + quoted(source.text) + ")");
        }
    }
    void slots(const std::string& word, const std::vector<Slot>& list) {
        for (const Slot& slot : list) {
            line("(" + word + " " + slot.name.text + " " + typeText(slot.type) + ")");
        }
    }
    void dates(const Period& period, const std::optional<DateLiteral>& published) {
        line("(when_in_force " + periodText(period) +
             (published ? " (published " + dateText(published->days) + ")" : "") + ")");
    }
    void defines(const std::vector<LocalDefine>& list) {
        for (const LocalDefine& define : list) {
            line("(define " + define.name.text + " " + printAst(*define.value) + ")");
        }
    }
    void values(const std::vector<DatedValue>& list) {
        for (const DatedValue& value : list) {
            std::string text = "(value " + periodText(value.period);
            text += value.published ? " (published " + dateText(value.published->days) + ")" : "";
            text += " " + printAst(*value.value);
            for (const Text& source : value.sources) {
                text += " (source " + quoted(source.text) + ")";
            }
            line(text + ")");
        }
    }
    void print(const ScaleStep& step) {
        open("step", step.name.text);
        option("label", step.label);
        for (const SatisfiedBy& entry : step.satisfied) {
            line("(satisfied_by " + periodText(entry.period) + names("", entry.facts));
        }
        close();
    }
    void print(const Target& target) {
        line("(target " + target.decision.text + " " + printAst(*target.row) + ")");
    }
    void print(const Action& action) {
        open("then");
        std::visit(*this, action.body);
        option("because", action.because);
        close();
    }

    // NOLINTBEGIN(misc-no-recursion): as deep as blocks are nested in a test, which the parser
    // bounds
    void fields(const std::vector<GivenField>& list) {
        for (const GivenField& field : list) {
            open("field", field.name.text);
            flag("unknown", field.unknown);
            if (field.value != nullptr) {
                line(printAst(*field.value));
            }
            blocks(field.blocks);
            close();
        }
    }
    void blocks(const std::vector<GivenBlock>& list) {
        for (const GivenBlock& block : list) {
            open("block");
            fields(block.fields);
            for (const ExpressionPtr& value : block.values) {
                line(printAst(*value));
            }
            close();
        }
    }
    // NOLINTEND(misc-no-recursion)

    void print(const Expectation& expectation) {
        using Kind = Expectation::Kind;
        switch (expectation.kind) {
        case Kind::Undetermined:
            open("expect_undetermined", expectation.name.text);
            break;
        case Kind::Error:
            open("expect_error", expectation.name.text);
            break;
        case Kind::NoFinding:
            open("expect_no", expectation.name.text);
            break;
        case Kind::NoFindings:
            open("expect_no_findings");
            break;
        case Kind::Finding:
            open("expect_finding", expectation.name.text);
            break;
        case Kind::Rows:
            open("expect_rows");
            break;
        case Kind::Value:
            open("expect");
            break;
        }
        if (expectation.subject != nullptr) {
            line(printAst(*expectation.subject));
        }
        option("on", expectation.place);
        for (const Text& place : expectation.missing) {
            line("(missing " + quoted(place.text) + ")");
        }
        flag("not", expectation.negated);
        flag("none", expectation.none);
        if (expectation.value != nullptr) {
            line("(is " + printAst(*expectation.value) + ")");
        }
        blocks(expectation.blocks);
        option("because_of", expectation.becauseOf);
        close();
    }

    std::string out_;
    std::size_t depth_ = 0;
};

}  // namespace

std::string printAst(const ast::Pack& pack) {
    Printer printer;
    printer.print(pack);
    return printer.take();
}

}  // namespace proviso

#include "compiler/parser/build.h"
#include "compiler/parser/literals.h"

namespace proviso::syntax {

using SyntaxRule = Rule;

void Builder::header(const Node& node, ast::Pack& pack) {
    Reader reader(node);
    reader.take("pack");
    pack.name = qualifiedName(reader.node());
    const auto once = [&](bool present, const Token& word) {
        if (present) {
            sink_.report(DiagnosticKind::TwiceInHeader, word.span, {word.text});
        }
    };
    while (reader.at(SyntaxRule::PackClause)) {
        const Node clauseNode = reader.node();
        Reader clause(clauseNode);
        const Token& word = clause.token();
        if (word.text == "layer") {
            once(pack.layer.has_value(), word);
            pack.layer = name(clause.token());
        } else if (word.text == "version") {
            once(pack.version.has_value(), word);
            pack.version = text(clause.token());
        } else if (word.text == "title") {
            once(pack.title.has_value(), word);
            pack.title = text(clause.token());
        } else {
            while (clause.at(SyntaxRule::QualifiedName)) {
                pack.uses.push_back(qualifiedName(clause.node()));
                clause.take(",");
            }
        }
    }
}

ast::ItemNode Builder::item(const Node& node) {
    const Node inside = node.node(0);
    ast::ItemNode result;
    result.span = inside.span();
    switch (inside.rule()) {
    case SyntaxRule::LayersDeclaration:
        result.item = layers(inside);
        break;
    case SyntaxRule::EnumDeclaration:
        result.item = enumeration(inside);
        break;
    case SyntaxRule::ScaleDeclaration:
        result.item = scale(inside);
        break;
    case SyntaxRule::StepDeclaration:
        result.item = step(inside);
        break;
    case SyntaxRule::CodesDeclaration:
        result.item = codes(inside);
        break;
    case SyntaxRule::RecordDeclaration:
        result.item = record(inside);
        break;
    case SyntaxRule::GroupingDeclaration:
        result.item = grouping(inside);
        break;
    case SyntaxRule::DecisionDeclaration:
        result.item = decision(inside);
        break;
    case SyntaxRule::FindingDeclaration:
        result.item = finding(inside);
        break;
    case SyntaxRule::ParameterDeclaration:
        result.item = parameter(inside);
        break;
    case SyntaxRule::TableDeclaration:
        result.item = table(inside);
        break;
    case SyntaxRule::DefineDeclaration:
        result.item = define(inside);
        break;
    case SyntaxRule::CollectDeclaration:
        result.item = collect(inside);
        break;
    case SyntaxRule::RuleDeclaration:
        result.item = rule(inside);
        break;
    case SyntaxRule::ExceptionDeclaration:
        result.item = exception(inside);
        break;
    case SyntaxRule::OutputDeclaration:
        result.item = output(inside);
        break;
    case SyntaxRule::SampleDeclaration:
        result.item = sample(inside);
        break;
    default:
        result.item = test(inside);
        break;
    }
    return result;
}

ast::Layers Builder::layers(const Node& node) {
    ast::Layers layers;
    for (std::size_t place = 1; place + 1 < node.childCount(); ++place) {
        const Node lineNode = node.node(place);
        Reader line(lineNode);
        ast::Layer layer;
        layer.name = name(line.token());
        line.take(":");
        layer.kind = name(line.token());
        if (line.take("excepted")) {
            line.take("by");
            do {
                layer.exceptedBy.push_back(name(line.token()));
            } while (line.take(","));
        }
        layer.tightensOnly = line.take("tightens");
        layers.layers.push_back(std::move(layer));
    }
    return layers;
}

ast::Enumeration Builder::enumeration(const Node& node) {
    Reader reader(node);
    reader.take("enum");
    ast::Enumeration result;
    result.name = name(reader.token());
    result.label = label(reader);
    do {
        const Node memberNode = reader.node();
        Reader member(memberNode);
        ast::Enumeration::Member entry;
        entry.name = name(member.token());
        entry.label = label(member);
        result.members.push_back(std::move(entry));
    } while (reader.take(","));
    return result;
}

std::vector<ast::SatisfiedBy> Builder::satisfiedBy(const Node& node) {
    std::vector<ast::SatisfiedBy> entries;
    Reader reader(node);
    if (reader.at(SyntaxRule::IdList)) {
        const Node list = reader.node();
        ast::SatisfiedBy entry;
        entry.period.always = true;
        entry.period.span = list.span();
        entry.facts = idList(list);
        entries.push_back(std::move(entry));
        return entries;
    }
    while (reader.at(SyntaxRule::DatedIds)) {
        const Node datedNode = reader.node();
        Reader dated(datedNode);
        ast::SatisfiedBy entry;
        entry.period = period(dated).value_or(ast::Period{});
        dated.take(":");
        entry.facts = idList(dated.node());
        entries.push_back(std::move(entry));
    }
    return entries;
}

ast::Scale Builder::scale(const Node& node) {
    Reader reader(node);
    reader.take("scale");
    ast::Scale result;
    result.name = name(reader.token());
    reader.take("of");
    result.factEnumeration = name(reader.token());
    result.label = label(reader);
    for (const std::string_view word : {"from", "loosest", "to", "strictest"}) {
        reader.take(word);
    }
    while (reader.at(SyntaxRule::ScaleStep)) {
        const Node stepNode = reader.node();
        Reader part(stepNode);
        ast::ScaleStep step;
        step.name = name(part.token());
        step.label = label(part);
        step.satisfied = satisfiedBy(part.nextNode());
        result.steps.push_back(std::move(step));
    }
    return result;
}

ast::StepDeclaration Builder::step(const Node& node) {
    Reader reader(node);
    reader.take("step");
    ast::StepDeclaration result;
    result.step.name = name(reader.token());
    reader.take("of");
    result.scale = name(reader.token());
    result.step.label = label(reader);
    result.sources = sources(reader);
    result.step.satisfied = satisfiedBy(reader.nextNode());
    return result;
}

ast::CodeSet Builder::codes(const Node& node) {
    Reader reader(node);
    reader.take("codes");
    ast::CodeSet result;
    result.name = name(reader.token());
    if (reader.take("of")) {
        result.base = name(reader.token());
    }
    result.open = reader.take("open");
    result.sources = sources(reader);
    while (reader.at(SyntaxRule::CodeEntry)) {
        const Node entryNode = reader.node();
        Reader part(entryNode);
        ast::CodeSet::Entry entry;
        const Token& code = part.node().token(0);
        entry.code =
            code.kind == TokenKind::String ? ast::Name{text(code).text, code.span} : name(code);
        entry.label = label(part);
        entry.period = period(part);
        result.entries.push_back(std::move(entry));
        reader.take(",");
    }
    return result;
}

ast::Record Builder::record(const Node& node) {
    Reader reader(node);
    reader.take("record");
    ast::Record result;
    result.name = name(reader.token());
    result.label = label(reader);
    while (reader.at(SyntaxRule::RecordMark)) {
        const Node markNode = reader.node();
        Reader mark(markNode);
        const Token& word = mark.token();
        mark.take("by");
        if (word.text == "dated") {
            result.datedBy = name(mark.token());
        } else if (word.text == "voided") {
            result.voidedBy = name(mark.token());
        } else {
            do {
                result.correctedBy.push_back(name(mark.token()));
            } while (mark.take(","));
        }
    }
    while (reader.at(SyntaxRule::Field)) {
        result.fields.push_back(field(reader.node()));
    }
    return result;
}

ast::Field Builder::field(const Node& node) {
    Reader reader(node);
    ast::Field result;
    result.name = name(reader.node().token(0));
    reader.take(":");
    result.type = type(reader.node());
    while (reader.at(SyntaxRule::FieldMark)) {
        fieldMark(reader.node(), result);
    }
    return result;
}

void Builder::fieldMark(const Node& node, ast::Field& field) {
    Reader reader(node);
    const Token& word = reader.token();
    if (word.text == "key") {
        field.key = true;
    } else if (word.text == "optional") {
        field.optional = true;
    } else if (word.text == "private") {
        field.isPrivate = true;
    } else if (word.text == "shown") {
        field.shown = true;
    } else if (word.text == "signed") {
        field.isSigned = true;
    } else if (word.text == "named") {
        field.foreignName = text(reader.token());
    } else if (word.text == "label") {
        field.label = text(reader.token());
    } else if (word.text == "at") {
        reader.take("most");
        field.atMost = readInteger(reader.token(), sink_);
    } else {
        reader.take("means");
        if (reader.take("none")) {
            field.absentMeansNone = true;
        } else if (reader.at(SyntaxRule::FieldLiteral)) {
            field.absentMeans = literal(reader.node());
        } else {
            const Token& member = reader.token();
            field.absentMeans = makeExpression(member.span, ast::Path{{name(member)}});
        }
    }
}

ast::Grouping Builder::grouping(const Node& node) {
    Reader reader(node);
    reader.take("grouping");
    ast::Grouping result;
    result.name = name(reader.token());
    reader.take(":");
    result.record = name(reader.token());
    reader.take("by");
    result.keys = idList(reader.node());
    if (reader.take("ordered")) {
        reader.take("by");
        result.order = idList(reader.node());
    }
    if (reader.take("dated")) {
        reader.take("by");
        result.datedBy = name(reader.token());
    }
    result.complete = reader.take("complete");
    return result;
}

ast::Decision Builder::decision(const Node& node) {
    Reader reader(node);
    reader.take("decision");
    ast::Decision result;
    result.name = name(reader.token());
    reader.take("of");
    result.record = name(reader.token());
    result.label = label(reader);
    if (reader.take("when")) {
        result.when = condition(reader.node());
    }
    reader.take(":");
    result.type = type(reader.node());
    const Node combination = reader.node();
    if (combination.token(0).text == "combined") {
        result.combinedBy = name(combination.token(2));
    }
    while (reader.at(SyntaxRule::DecisionNeed)) {
        const Node needNode = reader.node();
        Reader part(needNode);
        part.take("needs");
        ast::Decision::Need need;
        need.layer = name(part.token());
        if (part.take("when")) {
            need.when = condition(part.node());
        }
        result.needs.push_back(std::move(need));
    }
    return result;
}

ast::Finding Builder::finding(const Node& node) {
    Reader reader(node);
    reader.take("finding");
    ast::Finding result;
    result.name = name(reader.token());
    result.severity = name(reader.token());
    result.title = text(reader.token());
    if (reader.take("with")) {
        result.slots = slots(reader);
    }
    if (reader.take("remedy")) {
        result.remedy = messageTemplate(reader.token());
    }
    return result;
}

ast::Output Builder::output(const Node& node) {
    Reader reader(node);
    reader.take("output");
    ast::Output result;
    result.name = name(reader.token());
    reader.take("of");
    result.record = name(reader.token());
    if (reader.take("with")) {
        result.fields = idList(reader.node());
    }
    result.choices = reader.take("choices");
    return result;
}

}  // namespace proviso::syntax

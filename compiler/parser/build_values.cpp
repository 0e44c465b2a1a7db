#include "compiler/parser/build.h"
#include "compiler/parser/literals.h"

namespace proviso::syntax {

using SyntaxRule = Rule;

std::vector<ast::DatedValue> Builder::datedValues(Reader& reader, SyntaxRule rule) {
    std::vector<ast::DatedValue> values;
    while (reader.at(rule)) {
        const Node node = reader.node();
        Reader part(node);
        ast::DatedValue entry;
        entry.period = period(part).value_or(ast::Period{});
        entry.published = published(part);
        part.take(":");
        const Node right = part.node();
        entry.value = right.rule() == SyntaxRule::Expression ? expression(right) : value(right);
        entry.sources = sources(part);
        values.push_back(std::move(entry));
    }
    return values;
}

ast::Parameter Builder::parameter(const Node& node) {
    Reader reader(node);
    reader.take("parameter");
    ast::Parameter result;
    result.name = name(reader.token());
    reader.take(":");
    result.type = type(reader.node());
    result.label = label(reader);
    result.sources = sources(reader);
    result.values = datedValues(reader, SyntaxRule::DatedValue);
    return result;
}

ast::Table Builder::table(const Node& node) {
    Reader reader(node);
    reader.take("table");
    ast::Table result;
    result.name = name(reader.token());
    result.label = label(reader);
    reader.take("hit");
    result.hitPolicy = name(reader.token());
    result.sources = sources(reader);
    reader.take("given");
    result.given = slots(reader);
    reader.take("gives");
    result.gives = slots(reader);
    if (reader.take("from")) {
        result.file = text(reader.token());
    }
    while (reader.at(SyntaxRule::TableRow)) {
        const Node rowNode = reader.node();
        ast::Table::Row row;
        row.span = rowNode.span();
        for (std::size_t place = 1; place < rowNode.childCount(); place += 2) {
            row.cells.push_back(tableCell(rowNode.node(place)));
        }
        result.rows.push_back(std::move(row));
    }
    return result;
}

ast::TableCell Builder::tableCell(const Node& node) {
    using Kind = ast::TableCell::Kind;
    Reader reader(node);
    ast::TableCell cell;
    cell.span = node.span();
    if (reader.take("any")) {
        cell.kind = Kind::Any;
    } else if (reader.take("-")) {
        cell.kind = Kind::Dash;
    } else if (reader.take("unknown")) {
        cell.kind = Kind::Unknown;
        cell.text = text(reader.token()).text;
    } else if (reader.take("at")) {
        cell.kind = reader.take("least") ? Kind::AtLeast : Kind::AtMost;
        cell.values.push_back(literal(reader.nextNode()));
    } else if (reader.take("exceeds")) {
        cell.kind = Kind::Exceeds;
        cell.values.push_back(literal(reader.node()));
    } else if (reader.take("below")) {
        cell.kind = Kind::Below;
        cell.values.push_back(literal(reader.node()));
    } else if (reader.at(SyntaxRule::CellValue)) {
        cell.kind = Kind::Values;
        do {
            cell.values.push_back(signedLiteral(reader.node()));
        } while (reader.take(","));
    } else {
        cell.kind = Kind::Word;
        cell.text = reader.token().text;
    }
    return cell;
}

ast::Define Builder::define(const Node& node) {
    Reader reader(node);
    reader.take("define");
    ast::Define result;
    result.name = name(reader.token());
    reader.take("of");
    result.record = name(reader.token());
    if (reader.take(":")) {
        result.type = type(reader.node());
    }
    result.label = label(reader);
    result.sources = sources(reader);
    if (reader.take("as")) {
        ast::DatedValue only;
        only.period.always = true;
        const Node right = reader.node();
        only.period.span = right.span();
        only.value = expression(right);
        result.values.push_back(std::move(only));
    } else {
        result.values = datedValues(reader, SyntaxRule::DatedExpression);
    }
    return result;
}

ast::Collect Builder::collect(const Node& node) {
    Reader reader(node);
    reader.take("collect");
    ast::Collect result;
    result.name = name(reader.token());
    reader.take("of");
    result.parent = name(reader.token());
    result.label = label(reader);
    result.sources = sources(reader);
    reader.take("over");
    result.over = pathExpression(reader.node());
    reader.take("as");
    result.binder = name(reader.token());
    if (reader.at(SyntaxRule::OnePer)) {
        const Node oneNode = reader.node();
        Reader one(oneNode);
        one.take("one");
        one.take("per");
        result.onePerInstant = one.take("instant");
        if (result.onePerInstant) {
            result.onePer.push_back(pathExpression(one.nextNode()));
            result.onePer.push_back(pathExpression(one.nextNode()));
        } else {
            result.onePer = values(one);
        }
    }
    if (reader.take("at")) {
        reader.take("most");
        result.atMost = readInteger(reader.token(), sink_);
    }
    while (reader.at(SyntaxRule::CollectRow)) {
        const Node rowNode = reader.node();
        Reader part(rowNode);
        ast::Collect::Row row;
        row.span = rowNode.span();
        part.take("row");
        if (part.take("when")) {
            row.when = condition(part.node());
        }
        while (part.at(SyntaxRule::RowField)) {
            const Node fieldNode = part.node();
            row.fields.push_back({name(fieldNode.token(0)), expression(fieldNode.node(2))});
        }
        result.rows.push_back(std::move(row));
    }
    result.order = idList(reader.nextNode());
    return result;
}

}  // namespace proviso::syntax

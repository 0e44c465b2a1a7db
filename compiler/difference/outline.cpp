#include "compiler/difference/outline.h"

#include "compiler/ast/print.h"
#include "compiler/check/csv.h"
#include "runtime/values/date.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <variant>

namespace proviso {

namespace {

using ast::ExpressionPtr;

std::string periodText(const ast::Period& period) {
    std::string text;
    if (period.from) {
        text = "from " + formatDate(Date{*period.from});
    }
    if (period.through) {
        text += (text.empty() ? "through " : " through ") + formatDate(Date{*period.through});
    }
    return text;
}

std::string joined(const std::vector<ast::Name>& names) {
    std::string text;
    for (const ast::Name& name : names) {
        text += (text.empty() ? "" : ", ") + name.text;
    }
    return text;
}

/// Writes the parts of one item.
class ItemOutline {
  public:
    ItemOutline(const Sources& sources, const TableFiles& files, SourceId pack, OutlineItem& item)
        : sources_(sources), files_(files), pack_(pack), item_(item) {}

    void write(const ast::Item& item, Span span) {
        span_ = span;
        std::visit([this](const auto& one) { this->one(one); }, item);
    }

    void pack(const ast::Pack& pack) {
        plain("layer", pack.layer ? pack.layer->text : "");
        label("version", pack.version);
        label("title", pack.title);
        for (const ast::QualifiedName& used : pack.uses) {
            part("uses", used.text, "", "");
        }
    }

  private:
    std::string textOf(Span span) const { return foldedText(sources_.text(span)); }

    void part(std::string group, std::string key, std::string text, std::string meaning) {
        item_.parts.push_back(
            {std::move(group), std::move(key), std::move(text), std::move(meaning)});
    }
    void plain(std::string group, const std::string& text) {
        if (!text.empty()) {
            part(std::move(group), "", text, text);
        }
    }
    void label(std::string group, const std::optional<ast::Text>& text) {
        if (text) {
            part(std::move(group), "", '"' + text->text + '"', text->text);
        }
    }
    void sources(const std::vector<ast::Text>& texts, const std::string& of = "") {
        for (const ast::Text& source : texts) {
            part("source", (of.empty() ? "" : of + ": ") + '"' + source.text + '"', "", "");
        }
    }
    void expression(std::string group, std::string key, const ExpressionPtr& value) {
        if (value) {
            part(std::move(group), std::move(key), textOf(value->span), printAst(*value));
        }
    }
    void expression(std::string group, const std::optional<ExpressionPtr>& value) {
        if (value) {
            expression(std::move(group), "", *value);
        }
    }
    void period(const ast::Period& period, const std::optional<ast::DateLiteral>& published) {
        plain("in force", periodText(period));
        if (published) {
            plain("published", formatDate(Date{published->days}));
        }
    }
    void dated(const std::string& group, const std::vector<ast::DatedValue>& values) {
        for (const ast::DatedValue& value : values) {
            std::string key = periodText(value.period);
            if (value.published) {
                key += (key.empty() ? "" : " ") +
                       ("published " + formatDate(Date{value.published->days}));
            }
            sources(value.sources, key);
            expression(group, std::move(key), value.value);
        }
    }
    void defines(const std::vector<ast::LocalDefine>& locals) {
        for (const ast::LocalDefine& local : locals) {
            expression("define", local.name.text, local.value);
        }
    }
    void because(const std::optional<ast::Template>& text, const std::string& of) {
        if (text) {
            part("because", of, textOf(text->span), textOf(text->span));
        }
    }
    void whole() {
        const std::string text = textOf(span_);
        part("text", "", text, text);
    }
    std::string type(const ast::TypeName& type) const { return textOf(type.span); }

    void action(const ast::Action& action) {
        const std::string head =
            std::visit([this](const auto& body) { return this->body(body); }, action.body);
        because(action.because, head);
    }
    std::string target(const ast::Target& target) const { return textOf(target.span); }

    std::string body(const ast::Require& require) {
        std::string head =
            "require " + target(require.target) + (require.atMost ? " at most" : " at least");
        dated(head, require.value);
        return head;
    }
    std::string body(const ast::Set& set) {
        std::string head = "set " + target(set.target);
        dated(head, set.value);
        return head;
    }
    std::string body(const ast::Add& add) {
        std::string head = "add to " + target(add.target);
        for (const ExpressionPtr& member : add.members) {
            part(head, textOf(member->span), "", "");
        }
        return head;
    }
    std::string body(const ast::Report& report) {
        std::string head = "report " + report.finding.text + " on " + textOf(report.row->span);
        part("report", report.finding.text + " on " + textOf(report.row->span), "", "");
        for (const auto& slot : report.slots) {
            expression(head + " with", slot.name.text, slot.value);
        }
        if (report.atStake) {
            expression(head + " at stake", "", *report.atStake);
        }
        return head;
    }

    // ---- items

    void one(const ast::Layers& layers) {
        for (const ast::Layer& layer : layers.layers) {
            const std::string text =
                layer.kind.text + (layer.exceptedBy.empty() ? "" : " excepted by ") +
                joined(layer.exceptedBy) + (layer.tightensOnly ? " tightens only" : "");
            part("layer", layer.name.text, text, text);
        }
    }
    void one(const ast::Enumeration& enumeration) {
        label("label", enumeration.label);
        std::vector<ast::Name> order;
        for (const auto& member : enumeration.members) {
            const std::string text = member.label ? '"' + member.label->text + '"' : "";
            part("member", member.name.text, text, text);
            order.push_back(member.name);
        }
        part("order", "", joined(order), joined(order));
    }
    void step(const ast::ScaleStep& step) {
        label("step " + step.name.text, step.label);
        for (const ast::SatisfiedBy& satisfied : step.satisfied) {
            const std::string text = joined(satisfied.facts);
            part("step " + step.name.text + " satisfied by",
                 periodText(satisfied.period),
                 text,
                 text);
        }
    }
    void one(const ast::Scale& scale) {
        label("label", scale.label);
        plain("of", scale.factEnumeration.text);
        std::vector<ast::Name> order;
        for (const ast::ScaleStep& each : scale.steps) {
            step(each);
            order.push_back(each.name);
        }
        part("order", "", joined(order), joined(order));
    }
    void one(const ast::StepDeclaration& declaration) {
        plain("of", declaration.scale.text);
        sources(declaration.sources);
        step(declaration.step);
    }
    void one(const ast::CodeSet& set) {
        plain("of", set.base ? set.base->text : "");
        plain("open", set.open ? "yes" : "");
        sources(set.sources);
        for (const auto& entry : set.entries) {
            std::string text = entry.period ? periodText(*entry.period) : "";
            if (entry.label) {
                text += (text.empty() ? "" : " ") + ('"' + entry.label->text + '"');
            }
            part("code", entry.code.text, text, text);
        }
    }
    void one(const ast::Record& record) {
        label("label", record.label);
        plain("dated by", record.datedBy ? record.datedBy->text : "");
        plain("corrected by", joined(record.correctedBy));
        plain("voided by", record.voidedBy ? record.voidedBy->text : "");
        for (const ast::Field& field : record.fields) {
            std::string text = type(field.type);
            text += field.key ? " key" : "";
            text += field.optional ? " optional" : "";
            text += field.isPrivate ? " private" : "";
            text += field.shown ? " shown" : "";
            text += field.isSigned ? " signed" : "";
            text += field.foreignName ? " named \"" + field.foreignName->text + '"' : "";
            text += field.label ? " label \"" + field.label->text + '"' : "";
            text += field.atMost ? fmt::format(" at most {}", *field.atMost) : "";
            text += field.absentMeansNone ? " absent means none" : "";
            text += field.absentMeans ? " absent means " + textOf((*field.absentMeans)->span) : "";
            part("field", field.name.text, text, text);
        }
    }
    void one(const ast::Grouping& grouping) {
        plain("of", grouping.record.text);
        plain("by", joined(grouping.keys));
        plain("ordered by", joined(grouping.order));
        plain("dated by", grouping.datedBy ? grouping.datedBy->text : "");
        plain("kind", grouping.complete ? "complete" : "incomplete");
    }
    void one(const ast::Decision& decision) {
        plain("of", decision.record.text);
        label("label", decision.label);
        expression("when", decision.when);
        plain("type", type(decision.type));
        plain("combined by", decision.combinedBy ? decision.combinedBy->text : "exactly one");
        for (const auto& need : decision.needs) {
            if (need.when) {
                expression("needs", need.layer.text, *need.when);
            } else {
                part("needs", need.layer.text, "", "");
            }
        }
    }
    void one(const ast::Finding& finding) {
        plain("severity", finding.severity.text);
        part("title", "", '"' + finding.title.text + '"', finding.title.text);
        for (const ast::Slot& slot : finding.slots) {
            part("slot", slot.name.text, type(slot.type), type(slot.type));
        }
        if (finding.remedy) {
            part("remedy", "", textOf(finding.remedy->span), textOf(finding.remedy->span));
        }
    }
    void one(const ast::Parameter& parameter) {
        plain("type", type(parameter.type));
        label("label", parameter.label);
        sources(parameter.sources);
        dated("", parameter.values);
    }
    void one(const ast::Define& define) {
        plain("of", define.record.text);
        if (define.type) {
            plain("type", type(*define.type));
        }
        label("label", define.label);
        sources(define.sources);
        dated("as", define.values);
    }
    void one(const ast::Collect& collect) {
        label("label", collect.label);
        sources(collect.sources);
        whole();
    }
    void one(const ast::Rule& rule) {
        label("label", rule.label);
        sources(rule.sources);
        period(rule.period, rule.published);
        std::string about =
            rule.binder.text + (rule.secondBinder ? ", " + rule.secondBinder->text : "");
        about += rule.in ? " in " + textOf((*rule.in)->span) : "";
        plain("for each", about);
        defines(rule.defines);
        expression("when", rule.when);
        expression("unless", rule.unless);
        for (const ast::Action& each : rule.actions) {
            action(each);
        }
    }
    void one(const ast::Exception& exception) {
        plain("to", exception.target.text);
        label("label", exception.label);
        sources(exception.sources);
        period(exception.period, exception.published);
        defines(exception.defines);
        expression("when", exception.when);
        expression("unless", exception.unless);
        if (exception.instead) {
            action(*exception.instead);
        } else {
            plain("says", "waive");
        }
        because(exception.because, "");
    }
    void one(const ast::Output& output) {
        plain("of", output.record.text);
        plain("fields", joined(output.fields));
        plain("choices", output.choices ? "yes" : "");
    }
    void one(const ast::Sample& /*sample*/) { whole(); }
    void one(const ast::Test& /*test*/) { whole(); }

    // ---- tables

    void one(const ast::Table& table) {
        label("label", table.label);
        plain("hit policy", table.hitPolicy.text);
        sources(table.sources);
        for (const ast::Slot& slot : table.given) {
            part("given", slot.name.text, type(slot.type), type(slot.type));
        }
        for (const ast::Slot& slot : table.gives) {
            part("gives", slot.name.text, type(slot.type), type(slot.type));
        }
        std::vector<std::vector<std::string>> rows;
        if (table.file) {
            const SourceId file = files_.find(pack_, table.file->text);
            if (file.isValid()) {
                for (const check::CsvRow& row : check::parseCsv(sources_, file).rows) {
                    std::vector<std::string>& cells = rows.emplace_back();
                    for (const check::CsvCell& cell : row) {
                        cells.push_back(foldedText(cell.text));
                    }
                }
            }
        } else {
            for (const auto& row : table.rows) {
                std::vector<std::string>& cells = rows.emplace_back();
                for (const ast::TableCell& cell : row.cells) {
                    cells.push_back(textOf(cell.span));
                }
            }
        }
        if (!rows.empty()) {
            tableRows(table, rows);
        }
    }

    void tableRows(const ast::Table& table, const std::vector<std::vector<std::string>>& rows) {
        const std::vector<std::string>& header = rows.front();
        const auto isResult = [&](const std::string& name) {
            return name == "source" ||
                   std::any_of(table.gives.begin(), table.gives.end(), [&](const ast::Slot& slot) {
                       return slot.name.text == name;
                   });
        };
        const auto append =
            [](std::string& cells, const std::string& name, const std::string& value) {
                cells += fmt::format("{}{} {}", cells.empty() ? "" : ", ", name, value);
            };
        std::size_t number = 0;
        for (std::size_t row = 1; row < rows.size(); ++row) {
            std::string key;
            std::string text;
            for (std::size_t cell = 0; cell < rows[row].size(); ++cell) {
                const std::string name = cell < header.size() ? header[cell] : "?";
                const std::string& value = rows[row][cell];
                if (isResult(name)) {
                    append(text, name, value);
                } else if (value != "-" && !value.empty()) {
                    append(key, name, value);
                }
            }
            // The order of rows counts where the first that fits is taken.
            if (table.hitPolicy.text == "first") {
                order_ += key + '\n';
            }
            ++number;
            part("row", key.empty() ? "any" : key, text, text);
        }
        if (!order_.empty()) {
            part("order", "", fmt::format("of {} rows", number), order_);
        }
    }

    const Sources& sources_;
    const TableFiles& files_;
    SourceId pack_;
    OutlineItem& item_;
    Span span_;
    std::string order_;
};

struct NameOf {
    const char* kind = "";
    std::string name;
};

NameOf nameOf(const ast::Item& item) {
    return std::visit(
        [](const auto& one) -> NameOf {
            using Item = std::decay_t<decltype(one)>;
            if constexpr (std::is_same_v<Item, ast::Layers>) {
                return {"layers", ""};
            } else if constexpr (std::is_same_v<Item, ast::Enumeration>) {
                return {"enum", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::Scale>) {
                return {"scale", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::StepDeclaration>) {
                return {"step", one.step.name.text};
            } else if constexpr (std::is_same_v<Item, ast::CodeSet>) {
                return {"codes", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::Record>) {
                return {"record", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::Grouping>) {
                return {"grouping", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::Decision>) {
                return {"decision", one.name.text + " of " + one.record.text};
            } else if constexpr (std::is_same_v<Item, ast::Finding>) {
                return {"finding", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::Parameter>) {
                return {"parameter", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::Table>) {
                return {"table", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::Define>) {
                return {"define", one.name.text + " of " + one.record.text};
            } else if constexpr (std::is_same_v<Item, ast::Collect>) {
                return {"collect", one.name.text + " of " + one.parent.text};
            } else if constexpr (std::is_same_v<Item, ast::Rule>) {
                return {"rule", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::Exception>) {
                return {"exception", one.name.text};
            } else if constexpr (std::is_same_v<Item, ast::Output>) {
                return {"output", one.name.text + " of " + one.record.text};
            } else if constexpr (std::is_same_v<Item, ast::Sample>) {
                return {"sample", one.name.text};
            } else {
                return {"test", one.title.text};
            }
        },
        item);
}

}  // namespace

std::string foldedText(std::string_view text) {
    std::string folded;
    bool quoted = false;
    bool space = false;
    for (std::size_t place = 0; place < text.size(); ++place) {
        const char letter = text[place];
        if (!quoted && letter == '-' && place + 1 < text.size() && text[place + 1] == '-') {
            while (place < text.size() && text[place] != '\n') {
                ++place;
            }
            space = true;
            continue;
        }
        if (!quoted && (letter == ' ' || letter == '\n' || letter == '\t' || letter == '\r')) {
            space = true;
            continue;
        }
        if (space && !folded.empty()) {
            folded += ' ';
        }
        space = false;
        if (quoted && letter == '\\' && place + 1 < text.size()) {
            folded += letter;
            folded += text[++place];
            continue;
        }
        quoted = letter == '"' ? !quoted : quoted;
        folded += letter;
    }
    return folded;
}

std::vector<OutlineItem> outlineOf(const std::vector<ast::Pack>& packs,
                                   const Sources& sources,
                                   const TableFiles& tableFiles) {
    std::vector<OutlineItem> outline;
    const auto placeOf = [&](Span span) {
        return fmt::format(
            "{}:{}", sources.path(span.source), sources.position(span.source, span.begin).line);
    };
    for (const ast::Pack& pack : packs) {
        OutlineItem& itself = outline.emplace_back();
        itself.pack = pack.name.text;
        itself.kind = "pack";
        itself.place = placeOf(pack.name.span);
        ItemOutline(sources, tableFiles, pack.source, itself).pack(pack);
        for (const ast::ItemNode& node : pack.items) {
            NameOf name = nameOf(node.item);
            OutlineItem& item = outline.emplace_back();
            item.pack = pack.name.text;
            item.kind = name.kind;
            item.name = std::move(name.name);
            item.place = placeOf(node.span);
            ItemOutline(sources, tableFiles, pack.source, item).write(node.item, node.span);
        }
    }
    std::stable_sort(
        outline.begin(), outline.end(), [](const OutlineItem& a, const OutlineItem& b) {
            return std::tie(a.pack, a.kind, a.name) < std::tie(b.pack, b.kind, b.name);
        });
    return outline;
}

}  // namespace proviso

#include "compiler/analysis/unused.h"

#include <set>
#include <string>

namespace proviso::analysis {

using typed::Apportionment;
using typed::CodeSet;
using typed::Collect;
using typed::Column;
using typed::ColumnId;
using typed::Decision;
using typed::Definition;
using typed::Effect;
using typed::Exception;
using typed::Expr;
using typed::ExprKind;
using typed::Grouping;
using typed::Output;
using typed::Parameter;
using typed::Program;
using typed::Rule;
using typed::Space;
using typed::Table;
using typed::Template;

namespace {

/// Which declarations anything in the program refers to.
class Uses {
  public:
    explicit Uses(const Program& program)
        : program_(program), parameters_(program.parameters.size()), tables_(program.tables.size()),
          codeSets_(program.codeSets.size()), findings_(program.findings.size()),
          columns_(program.columns.size()) {
        for (const Expr& expr : program.exprs) {
            readExpr(expr);
        }
        readTypes();
        readStructure();
        readRules();
    }

    [[nodiscard]] bool parameter(std::size_t id) const { return parameters_[id]; }
    [[nodiscard]] bool table(std::size_t id) const { return tables_[id]; }
    [[nodiscard]] bool codeSet(std::size_t id) const { return codeSets_[id]; }
    [[nodiscard]] bool finding(std::size_t id) const { return findings_[id]; }
    [[nodiscard]] bool column(std::size_t id) const { return columns_[id]; }

  private:
    static void mark(std::vector<bool>& marks, std::uint32_t id) {
        if (id < marks.size()) {
            marks[id] = true;
        }
    }

    void readExpr(const Expr& expr) {
        readType(expr.type);
        switch (expr.kind) {
        case ExprKind::ReadColumn:
        case ExprKind::ReadMember:
            mark(columns_, expr.index);
            break;
        case ExprKind::ReadParameter:
            mark(parameters_, expr.index);
            break;
        case ExprKind::LookupTable:
            mark(tables_, expr.index);
            break;
        case ExprKind::InSet:
            mark(codeSets_, expr.index);
            break;
        default:
            break;
        }
    }

    void readType(const Type& type) {
        if (type.kind == TypeKind::Code || type.kind == TypeKind::Set) {
            mark(codeSets_, type.ref);
        }
    }

    void readTypes() {
        for (const Column& column : program_.columns) {
            readType(column.type);
        }
        for (const Parameter& parameter : program_.parameters) {
            readType(parameter.type);
        }
        for (const Table& table : program_.tables) {
            for (const auto* fields : {&table.given, &table.gives}) {
                for (const Table::Field& field : *fields) {
                    readType(field.type);
                }
            }
        }
        for (const CodeSet& set : program_.codeSets) {
            mark(codeSets_, set.base);
        }
    }

    void readStructure() {
        for (const Output& output : program_.outputs) {
            for (const ColumnId column : output.columns) {
                mark(columns_, column);
            }
        }
        for (const Grouping& grouping : program_.groupings) {
            for (const auto* columns : {&grouping.keys, &grouping.order}) {
                for (const ColumnId column : *columns) {
                    mark(columns_, column);
                }
            }
        }
        for (const Collect& collect : program_.collects) {
            for (const ColumnId column : collect.order) {
                mark(columns_, column);
            }
        }
        for (const Apportionment& pool : program_.apportionments) {
            mark(columns_, pool.ties);
        }
        for (const Space& space : program_.spaces) {
            mark(columns_, space.governingDate);
        }
    }

    void readTemplate(const std::optional<Template>& text) {
        if (text) {
            for (const Template::Part& part : text->parts) {
                mark(columns_, part.decision);
            }
        }
    }

    void readRules() {
        for (const Rule& rule : program_.rules) {
            for (const Effect& effect : rule.effects) {
                mark(findings_, effect.finding);
                for (const ColumnId decision : effect.slotDecisions) {
                    mark(columns_, decision);
                }
                readTemplate(effect.because);
            }
        }
        for (const Exception& exception : program_.exceptions) {
            readTemplate(exception.because);
        }
    }

    const Program& program_;
    std::vector<bool> parameters_;
    std::vector<bool> tables_;
    std::vector<bool> codeSets_;
    std::vector<bool> findings_;
    std::vector<bool> columns_;
};

void checkSamples(const std::vector<ast::Pack>& packs, DiagnosticSink& sink) {
    for (const ast::Pack& pack : packs) {
        std::set<std::string> used;
        for (const ast::ItemNode& node : pack.items) {
            if (const auto* test = std::get_if<ast::Test>(&node.item)) {
                for (const ast::Given& given : test->given) {
                    if (given.like) {
                        used.insert(given.like->text);
                    }
                }
            }
        }
        for (const ast::ItemNode& node : pack.items) {
            const auto* sample = std::get_if<ast::Sample>(&node.item);
            if (sample != nullptr && used.count(sample->name.text) == 0) {
                sink.report(DiagnosticKind::NeverUsed,
                            sample->name.span,
                            {"sample", sample->name.text, "used"});
            }
        }
    }
}

/// The names that a pack's tests speak of: rules, findings, decisions.
std::set<std::string> namesInTests(const std::vector<ast::Pack>& packs) {
    std::set<std::string> names;
    const auto add = [&](const std::string& name) {
        names.insert(name);
        // A rule may be named with its pack or without.
        names.insert(name.substr(name.rfind('.') + 1));
    };
    for (const ast::Pack& pack : packs) {
        for (const ast::ItemNode& node : pack.items) {
            const auto* test = std::get_if<ast::Test>(&node.item);
            if (test == nullptr) {
                continue;
            }
            for (const ast::Expectation& expectation : test->expectations) {
                add(expectation.name.text);
                if (expectation.becauseOf) {
                    add(expectation.becauseOf->text);
                }
                if (!expectation.subject) {
                    continue;
                }
                if (const auto* path = std::get_if<ast::Path>(&expectation.subject->node)) {
                    for (const ast::Name& name : path->names) {
                        add(name.text);
                    }
                } else if (const auto* member =
                               std::get_if<ast::MemberOf>(&expectation.subject->node)) {
                    add(member->member.text);
                } else if (const auto* contains =
                               std::get_if<ast::Contains>(&expectation.subject->node)) {
                    if (const auto* set = std::get_if<ast::Path>(&contains->set->node)) {
                        add(set->names.back().text);
                    }
                }
            }
        }
    }
    return names;
}

std::string shortName(const std::string& name) {
    return name.substr(name.rfind('.') + 1);
}

}  // namespace

void checkUnused(const std::vector<ast::Pack>& packs,
                 const Program& program,
                 DiagnosticSink& sink) {
    const Uses uses(program);
    const auto report =
        [&](Span span, const char* kind, const std::string& name, const char* verb) {
            sink.report(DiagnosticKind::NeverUsed, span, {kind, name, verb});
        };
    for (std::size_t id = 0; id < program.parameters.size(); ++id) {
        if (!uses.parameter(id)) {
            report(program.parameters[id].span, "parameter", program.parameters[id].name, "read");
        }
    }
    for (std::size_t id = 0; id < program.tables.size(); ++id) {
        if (!uses.table(id)) {
            report(program.tables[id].span, "table", program.tables[id].name, "read");
        }
    }
    for (std::size_t id = 0; id < program.codeSets.size(); ++id) {
        if (!uses.codeSet(id)) {
            report(program.codeSets[id].span, "code set", program.codeSets[id].name, "read");
        }
    }
    for (std::size_t id = 0; id < program.findings.size(); ++id) {
        if (!uses.finding(id)) {
            report(program.findings[id].span, "finding", program.findings[id].name, "reported");
        }
    }
    for (const Definition& definition : program.definitions) {
        if (!uses.column(definition.column)) {
            report(definition.span, "definition", program.columns[definition.column].name, "read");
        }
    }
    for (const Decision& decision : program.decisions) {
        if (!uses.column(decision.column)) {
            report(decision.span, "decision", decision.name, "read or put out");
        }
    }
    checkSamples(packs, sink);
}

void checkUntested(const std::vector<ast::Pack>& packs,
                   const Program& program,
                   DiagnosticSink& sink) {
    const std::set<std::string> names = namesInTests(packs);
    for (const Rule& rule : program.rules) {
        bool tested = names.count(rule.name) != 0 || names.count(shortName(rule.name)) != 0;
        for (const Effect& effect : rule.effects) {
            const std::string& name = effect.kind == Effect::Kind::Report
                                          ? program.findings[effect.finding].name
                                          : program.decisions[effect.decision].name;
            tested = tested || names.count(name) != 0 || names.count(shortName(name)) != 0;
        }
        if (!tested) {
            sink.report(DiagnosticKind::RuleUntested, rule.span, {rule.name});
        }
    }
}

}  // namespace proviso::analysis

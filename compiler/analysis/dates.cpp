#include "compiler/analysis/dates.h"

#include "compiler/analysis/graph.h"
#include "compiler/analysis/words.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

namespace proviso {

using analysis::Graph;
using typed::Expr;
using typed::ExprId;
using typed::ExprKind;
using typed::Parameter;
using typed::Program;
using typed::Rule;

namespace {

/// As many rules as a note names.
constexpr std::size_t kMostShown = 3;

/// The parameters that expressions read, beyond those read by the columns they read.
void collectParameters(const Program& program, ExprId root, std::set<std::uint32_t>& parameters) {
    std::unordered_set<ExprId> seen{root};
    std::vector<ExprId> waiting{root};
    while (!waiting.empty()) {
        const Expr& expr = program.exprs[waiting.back()];
        waiting.pop_back();
        if (expr.kind == ExprKind::ReadParameter) {
            parameters.insert(expr.index);
        }
        analysis::forEachChild(program, expr, [&](ExprId child) {
            if (seen.insert(child).second) {
                waiting.push_back(child);
            }
        });
    }
}

std::int64_t lastDayOf(const Parameter& parameter) {
    std::int64_t last = INT64_MIN;
    for (const Parameter::Value& value : parameter.values) {
        last = std::max(last, value.inForce.period.through);
    }
    return last;
}

}  // namespace

std::vector<Horizon> horizons(const Program& program) {
    const Graph graph(program);
    std::vector<std::set<std::uint32_t>> ofNode(graph.size());
    for (Graph::Node node = 0; node < graph.size(); ++node) {
        for (const Graph::Root& root : graph.roots(node)) {
            collectParameters(program, root.expr, ofNode[node]);
        }
    }
    std::map<std::uint32_t, Horizon> found;
    for (std::uint32_t rule = 0; rule < program.rules.size(); ++rule) {
        std::set<std::uint32_t> parameters;
        for (const Graph::Root& root : graph.rootsOfRule(rule)) {
            collectParameters(program, root.expr, parameters);
        }
        for (const Graph::Node node : graph.reachedByRule(rule)) {
            parameters.insert(ofNode[node].begin(), ofNode[node].end());
        }
        for (const std::uint32_t parameter : parameters) {
            const std::int64_t last = lastDayOf(program.parameters[parameter]);
            if (last != INT64_MAX && program.rules[rule].inForce.period.through > last) {
                Horizon& horizon = found[parameter];
                horizon.parameter = parameter;
                horizon.lastDay = last;
                horizon.rules.push_back(rule);
            }
        }
    }
    std::vector<Horizon> result;
    result.reserve(found.size());
    for (auto& [parameter, horizon] : found) {
        result.push_back(std::move(horizon));
    }
    std::sort(result.begin(), result.end(), [&](const Horizon& a, const Horizon& b) {
        const auto key = [&](const Horizon& one) {
            return std::pair(one.lastDay, std::string_view(program.parameters[one.parameter].name));
        };
        return key(a) < key(b);
    });
    return result;
}

void analysis::checkHorizons(const Program& program, DiagnosticSink& sink) {
    const std::vector<Horizon> all = horizons(program);
    if (all.empty() || all.front().lastDay == all.back().lastDay) {
        return;
    }
    for (const Horizon& horizon : all) {
        // The latest day is how far the set as a whole reaches.
        if (horizon.lastDay == all.back().lastDay) {
            break;
        }
        const Parameter& parameter = program.parameters[horizon.parameter];
        auto builder =
            sink.report(DiagnosticKind::ValuesEnd,
                        parameter.span,
                        {parameter.name, dayInWords(horizon.lastDay), horizon.rules.size()});
        for (std::size_t one = 0; one < horizon.rules.size() && one < kMostShown; ++one) {
            const Rule& rule = program.rules[horizon.rules[one]];
            builder.label(rule.span, "rule `" + rule.name + "` reads it after that day");
        }
    }
}

}  // namespace proviso

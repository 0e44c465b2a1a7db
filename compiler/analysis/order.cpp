#include "compiler/analysis/order.h"

#include "compiler/analysis/words.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <numeric>
#include <queue>
#include <unordered_set>

namespace proviso::analysis {

using typed::Apportionment;
using typed::Expr;
using typed::ExprId;
using typed::ExprKind;
using typed::kNone;
using typed::Program;

namespace {

using Node = Graph::Node;

/// Nodes numbered by name, so that nothing depends on the order of declarations.
std::vector<std::uint32_t> ranksByName(const Graph& graph) {
    std::vector<Node> nodes(graph.size());
    std::iota(nodes.begin(), nodes.end(), 0U);
    std::stable_sort(
        nodes.begin(), nodes.end(), [&](Node a, Node b) { return graph.key(a) < graph.key(b); });
    std::vector<std::uint32_t> ranks(graph.size());
    for (std::uint32_t place = 0; place < nodes.size(); ++place) {
        ranks[nodes[place]] = place;
    }
    return ranks;
}

struct Sorted {
    std::vector<Node> order;
    std::vector<bool> placed;
    std::vector<std::uint32_t> depth;  ///< of each node: the length of the longest chain below it
    std::vector<Node> below;           ///< the next node down that chain
};

Sorted sortNodes(const Graph& graph, const std::vector<std::uint32_t>& ranks) {
    Sorted sorted;
    sorted.placed.resize(graph.size());
    sorted.depth.resize(graph.size());
    sorted.below.assign(graph.size(), kNone);
    std::vector<std::vector<Node>> readers(graph.size());
    std::vector<std::uint32_t> missing(graph.size());
    for (Node node = 0; node < graph.size(); ++node) {
        std::unordered_set<Node> distinct;
        for (const Graph::Reading& reading : graph.reads(node)) {
            if (distinct.insert(reading.node).second) {
                readers[reading.node].push_back(node);
                ++missing[node];
            }
        }
    }
    using Ready = std::pair<std::uint32_t, Node>;
    std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
    for (Node node = 0; node < graph.size(); ++node) {
        if (missing[node] == 0) {
            ready.emplace(ranks[node], node);
        }
    }
    while (!ready.empty()) {
        const Node node = ready.top().second;
        ready.pop();
        sorted.placed[node] = true;
        sorted.order.push_back(node);
        for (const Node reader : readers[node]) {
            if (sorted.depth[node] + 1 > sorted.depth[reader]) {
                sorted.depth[reader] = sorted.depth[node] + 1;
                sorted.below[reader] = node;
            }
            if (--missing[reader] == 0) {
                ready.emplace(ranks[reader], reader);
            }
        }
    }
    return sorted;
}

/// Reports the cycles among the nodes that could not be placed.
class Cycles {
  public:
    Cycles(const Program& program,
           const Graph& graph,
           const std::vector<std::uint32_t>& ranks,
           std::vector<bool> placed,
           DiagnosticSink& sink)
        : program_(program), graph_(graph), ranks_(ranks), placed_(std::move(placed)), sink_(sink) {
    }

    void report() {
        std::vector<Node> left;
        for (Node node = 0; node < graph_.size(); ++node) {
            if (!placed_[node]) {
                left.push_back(node);
            }
        }
        std::sort(left.begin(), left.end(), [&](Node a, Node b) { return ranks_[a] < ranks_[b]; });
        for (const Node node : left) {
            if (!placed_[node]) {
                const std::vector<Node> cycle = shortestThrough(someOnCycle(node));
                reportCycle(cycle);
                // What reads the cycle cannot be placed either, and is not worth a message of its
                // own.
                dropReaders(cycle, left);
            }
        }
    }

  private:
    /// Of what a node reads among those left, the first by name; each of them reads another one.
    [[nodiscard]] const Graph::Reading* firstLeft(Node node) const {
        const Graph::Reading* first = nullptr;
        for (const Graph::Reading& reading : graph_.reads(node)) {
            if (!placed_[reading.node] &&
                (first == nullptr || ranks_[reading.node] < ranks_[first->node])) {
                first = &reading;
            }
        }
        return first;
    }

    [[nodiscard]] Node someOnCycle(Node start) const {
        std::unordered_set<Node> seen;
        Node node = start;
        while (seen.insert(node).second) {
            node = firstLeft(node)->node;
        }
        return node;
    }

    [[nodiscard]] std::vector<Node> shortestThrough(Node start) const {
        std::unordered_map<Node, Node> from;
        std::deque<Node> waiting{start};
        while (!waiting.empty()) {
            const Node node = waiting.front();
            waiting.pop_front();
            std::vector<Node> next;
            for (const Graph::Reading& reading : graph_.reads(node)) {
                if (!placed_[reading.node]) {
                    next.push_back(reading.node);
                }
            }
            std::sort(
                next.begin(), next.end(), [&](Node a, Node b) { return ranks_[a] < ranks_[b]; });
            for (const Node read : next) {
                if (read == start) {
                    std::vector<Node> cycle{node};
                    while (cycle.back() != start) {
                        cycle.push_back(from.at(cycle.back()));
                    }
                    std::reverse(cycle.begin(), cycle.end());
                    return cycle;
                }
                if (from.emplace(read, node).second) {
                    waiting.push_back(read);
                }
            }
        }
        return {start};
    }

    [[nodiscard]] const Graph::Reading& readingOf(Node from, Node to) const {
        const Graph::Reading* best = nullptr;
        for (const Graph::Reading& reading : graph_.reads(from)) {
            if (reading.node == to && (best == nullptr || reading.span.begin < best->span.begin)) {
                best = &reading;
            }
        }
        return *best;
    }

    void reportCycle(std::vector<Node> cycle) {
        // A column or member says more than its rows.
        const auto first = std::min_element(cycle.begin(), cycle.end(), [&](Node a, Node b) {
            const auto key = [&](Node node) {
                return std::pair(graph_.step(node).kind == Program::Step::Kind::Space,
                                 ranks_[node]);
            };
            return key(a) < key(b);
        });
        std::rotate(cycle.begin(), first, cycle.end());
        std::string chain = words(cycle.front());
        for (std::size_t place = 1; place <= cycle.size(); ++place) {
            chain.append(place == 1 ? " reads " : ", which reads ");
            chain.append(words(cycle[place % cycle.size()]));
        }
        auto builder = sink_.report(
            DiagnosticKind::ReadsItself, graph_.spanOf(cycle.front()), {words(cycle.front())});
        for (std::size_t place = 0; place < cycle.size(); ++place) {
            const Node from = cycle[place];
            const Node to = cycle[(place + 1) % cycle.size()];
            const Graph::Reading& reading = readingOf(from, to);
            std::string text = words(from) + " reads " + words(to) + " here";
            if (reading.rule != kNone) {
                text.insert(0, "rule `" + program_.rules[reading.rule].name + "`: ");
            }
            builder.label(reading.span, text);
        }
        builder.help(chain + "; one of these must do without the other");
    }

    void dropReaders(const std::vector<Node>& cycle, const std::vector<Node>& left) {
        for (const Node node : cycle) {
            placed_[node] = true;
        }
        for (bool changed = true; changed;) {
            changed = false;
            for (const Node node : left) {
                if (!placed_[node] && firstLeft(node) == nullptr) {
                    placed_[node] = true;
                    changed = true;
                }
            }
        }
    }

    [[nodiscard]] std::string words(Node node) const {
        return stepInWords(program_, graph_.step(node));
    }

    const Program& program_;
    const Graph& graph_;
    const std::vector<std::uint32_t>& ranks_;
    std::vector<bool> placed_;
    DiagnosticSink& sink_;
};

bool checkDepth(const Program& program,
                const Graph& graph,
                const Sorted& sorted,
                DiagnosticSink& sink) {
    Node deepest = kNone;
    for (const Node node : sorted.order) {
        if (deepest == kNone || sorted.depth[node] > sorted.depth[deepest]) {
            deepest = node;
        }
    }
    if (deepest == kNone || sorted.depth[deepest] < kLongestChain) {
        return true;
    }
    auto builder = sink.report(
        DiagnosticKind::DependencyChainTooLong,
        graph.spanOf(deepest),
        {stepInWords(program, graph.step(deepest)), sorted.depth[deepest] + 1, kLongestChain});
    // The next few down the chain are enough to see what is going on.
    Node node = sorted.below[deepest];
    for (int shown = 0; shown < 3 && node != kNone; ++shown) {
        builder.label(graph.spanOf(node), "stands on " + stepInWords(program, graph.step(node)));
        node = sorted.below[node];
    }
    return false;
}

/// Equally right outcomes are numbered across the apportionments of one row, in their order: by
/// name like everything else, and each after those it reads.
void orderApportionments(Program& program, const Graph& graph, const std::vector<Node>& order) {
    std::vector<std::uint32_t> place(program.apportionments.size(), kNone);
    std::uint32_t next = 0;
    std::unordered_set<ExprId> seen;
    std::vector<ExprId> waiting;
    const auto visit = [&](ExprId root) {
        waiting.push_back(root);
        while (!waiting.empty()) {
            const ExprId id = waiting.back();
            waiting.pop_back();
            if (!seen.insert(id).second) {
                continue;
            }
            const Expr& expr = program.exprs[id];
            if (expr.kind == ExprKind::Apportion && place[expr.index] == kNone) {
                place[expr.index] = next++;
            }
            // The first operand is looked at first.
            std::vector<ExprId> children;
            forEachChild(program, expr, [&](ExprId child) { children.push_back(child); });
            waiting.insert(waiting.end(), children.rbegin(), children.rend());
        }
    };
    for (const Node node : order) {
        for (const Graph::Root& root : graph.roots(node)) {
            visit(root.expr);
        }
    }
    for (std::uint32_t& one : place) {
        if (one == kNone) {
            one = next++;
        }
    }
    std::vector<Apportionment> moved(program.apportionments.size());
    for (std::size_t index = 0; index < place.size(); ++index) {
        moved[place[index]] = program.apportionments[index];
    }
    program.apportionments = std::move(moved);
    for (Expr& expr : program.exprs) {
        if (expr.kind == ExprKind::Apportion) {
            expr.index = place[expr.index];
        }
    }
}

}  // namespace

bool orderProgram(Program& program, const Graph& graph, DiagnosticSink& sink) {
    const std::vector<std::uint32_t> ranks = ranksByName(graph);
    const Sorted sorted = sortNodes(graph, ranks);
    program.order.clear();
    if (sorted.order.size() != graph.size()) {
        Cycles(program, graph, ranks, sorted.placed, sink).report();
        return false;
    }
    if (!checkDepth(program, graph, sorted, sink)) {
        return false;
    }
    for (const Node node : sorted.order) {
        program.order.push_back(graph.step(node));
    }
    orderApportionments(program, graph, sorted.order);
    return true;
}

}  // namespace proviso::analysis

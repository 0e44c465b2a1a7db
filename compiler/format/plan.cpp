#include "compiler/format/plan.h"

#include "compiler/parser/quoted.h"
#include "compiler/parser/wrong_characters.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace proviso::format {

namespace {

using syntax::Rule;
using syntax::Token;
using syntax::TokenKind;
using syntax::Tree;

/// Which children of a rule begin lines of their own.
struct Layout {
    Rule rule;
    /// Even if the author wrote it all on one line.
    bool always;
    std::vector<Rule> children;
    std::vector<std::string_view> words;
};

const std::vector<Layout>& layouts() {
    static const std::vector<Layout> kLayouts{
        {Rule::PackHeader, true, {Rule::PackClause}, {"end"}},
        {Rule::LayersDeclaration, true, {Rule::LayerLine}, {"end"}},
        {Rule::EnumDeclaration, false, {}, {"end"}},
        {Rule::ScaleDeclaration, true, {Rule::ScaleStep}, {"end"}},
        {Rule::StepDeclaration, false, {Rule::SourceClause}, {"satisfied", "end"}},
        {Rule::CodesDeclaration, false, {Rule::SourceClause}, {"end"}},
        {Rule::RecordDeclaration, true, {Rule::Field}, {"end"}},
        {Rule::DecisionDeclaration, false, {Rule::DecisionNeed}, {}},
        {Rule::FindingDeclaration, false, {}, {"remedy"}},
        {Rule::ParameterDeclaration, true, {Rule::SourceClause, Rule::DatedValue}, {"end"}},
        {Rule::TableDeclaration,
         true,
         {Rule::SourceClause, Rule::TableRow},
         {"given", "gives", "from", "end"}},
        {Rule::DefineDeclaration, false, {Rule::SourceClause, Rule::DatedExpression}, {"end"}},
        {Rule::CollectDeclaration,
         true,
         {Rule::SourceClause, Rule::CollectRow},
         {"over", "ordered", "end"}},
        {Rule::RuleDeclaration,
         true,
         {Rule::SourceClause,
          Rule::Period,
          Rule::ForEach,
          Rule::LocalDefine,
          Rule::RuleCondition,
          Rule::Action},
         {"end"}},
        {Rule::ExceptionDeclaration,
         true,
         {Rule::SourceClause, Rule::Period, Rule::LocalDefine, Rule::RuleCondition},
         {"then", "end"}},
        {Rule::RuleCondition, true, {}, {"unless"}},
        {Rule::SampleDeclaration, false, {}, {"end"}},
        {Rule::TestDeclaration, true, {Rule::Given, Rule::Expectation}, {"end"}},
        {Rule::CaseExpression, false, {Rule::CaseArm}, {"otherwise", "end"}},
        {Rule::WordedTerm, false, {Rule::Condition}, {"end"}},
        {Rule::SatisfiedBy, false, {Rule::DatedIds}, {}},
        {Rule::DatedChoice, false, {Rule::Period}, {}},
    };
    return kLayouts;
}

const Layout* layoutOf(Rule rule) {
    for (const Layout& layout : layouts()) {
        if (layout.rule == rule) {
            return &layout;
        }
    }
    return nullptr;
}

/// The first child of a list breaks with the others where the list itself is broken.
std::optional<Rule> listedRule(Rule rule) {
    switch (rule) {
    case Rule::EnumDeclaration:
        return Rule::EnumMember;
    case Rule::CodesDeclaration:
        return Rule::CodeEntry;
    case Rule::SampleDeclaration:
        return Rule::GivenField;
    default:
        return std::nullopt;
    }
}

/// Rules whose parts stand below each other, not below and to the right of the first.
bool hasSiblings(Rule rule) {
    return rule == Rule::DatedChoice || rule == Rule::SatisfiedBy || rule == Rule::IdList ||
           rule == Rule::RuleCondition;
}

class Planner {
  public:
    Planner(std::string_view text, const syntax::TokenList& list, std::vector<TokenPlan>& plans)
        : text_(text), list_(list), plans_(plans) {}

    void plan(const Tree& tree) {
        measure(tree);
        plans_[ranges_[0].first].startsItem = true;
        plans_[ranges_[0].first].breaks = true;
        // Parents stand before their children, so what an inner rule says comes last and holds.
        for (std::uint32_t node = 0; node < tree.nodes.size(); ++node) {
            anchor(tree, node);
        }
        for (std::uint32_t node = 0; node < tree.nodes.size(); ++node) {
            breakLines(tree, node);
            setSpaces(tree, node);
            align(tree, node);
        }
    }

    /// Aligns declarations of one line that follow each other line by line.
    void planRun(const Tree& tree, std::uint32_t item) {
        const std::uint32_t node = tree.children[tree.nodes[item].firstChild].index;
        const Rule rule = tree.nodes[node].rule;
        const Range range = ranges_[node];
        const bool continues = rule == runRule_ && range.first == runEnd_ + 1 &&
                               countBreaks(runEnd_, range.first) <= 1;
        if (!continues) {
            runFirst_ = range.first;
        }
        runRule_ = rule;
        runEnd_ = range.last;
        if (isBroken(range)) {
            runRule_ = Rule::PackFile;  // none
            return;
        }
        const std::vector<Tree::Child> parts = children(tree, node);
        // A decision with a label or a condition would push the others far to the right.
        const bool plainDecision = rule == Rule::DecisionDeclaration && parts.size() == 7 &&
                                   isWord(firstOf(parts[4]), ":");
        if (rule != Rule::GroupingDeclaration && !plainDecision) {
            return;
        }
        for (const Tree::Child& part : parts) {
            const std::uint32_t first = firstOf(part);
            if (isWord(first, "of") && part.isToken) {
                plans_[first].alignment = Alignment{runFirst_, 0, range.first};
            } else if (isWord(first, ":") && part.isToken) {
                plans_[first].alignment = Alignment{runFirst_, 1, range.first};
            } else if (!part.isToken && tree.nodes[part.index].rule == Rule::DecisionCombination) {
                plans_[first].alignment = Alignment{runFirst_, 2, range.first};
            }
        }
    }

  private:
    struct Range {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
    };

    [[nodiscard]] std::size_t countBreaks(std::uint32_t first, std::uint32_t second) const {
        const std::string_view between =
            text_.substr(token(first).span.end, token(second).span.begin - token(first).span.end);
        return static_cast<std::size_t>(std::count(between.begin(), between.end(), '\n'));
    }

    [[nodiscard]] const Token& token(std::uint32_t index) const { return list_.tokens[index]; }

    [[nodiscard]] std::vector<Tree::Child> children(const Tree& tree, std::uint32_t node) const {
        const auto begin = tree.children.begin() + tree.nodes[node].firstChild;
        return {begin, begin + tree.nodes[node].childCount};
    }

    [[nodiscard]] std::uint32_t firstOf(const Tree::Child& child) const {
        return child.isToken ? child.index : ranges_[child.index].first;
    }

    [[nodiscard]] bool isWord(std::uint32_t index, std::string_view text) const {
        const Token& at = token(index);
        return (at.kind == TokenKind::Keyword || at.kind == TokenKind::Sign) && at.text == text;
    }

    void measure(const Tree& tree) {
        ranges_.assign(tree.nodes.size(), {});
        for (std::size_t node = tree.nodes.size(); node-- > 0;) {
            const Tree::NodeData& data = tree.nodes[node];
            const Tree::Child& first = tree.children[data.firstChild];
            const Tree::Child& last = tree.children[data.firstChild + data.childCount - 1];
            ranges_[node] = {firstOf(first), last.isToken ? last.index : ranges_[last.index].last};
        }
        brokenBefore_.assign(1, 0);
        for (std::uint32_t index = ranges_[0].first; index <= ranges_[0].last; ++index) {
            brokenBefore_.push_back(brokenBefore_.back() + (token(index).startsLine ? 1U : 0U));
        }
    }

    /// Whether the author began a line inside, behind the first token.
    [[nodiscard]] bool isBroken(Range range) const {
        const std::uint32_t base = ranges_[0].first;
        return brokenBefore_[range.last - base + 1] != brokenBefore_[range.first - base + 1];
    }

    void anchor(const Tree& tree, std::uint32_t node) {
        const auto [first, last] = ranges_[node];
        const Rule rule = tree.nodes[node].rule;
        const bool siblings = hasSiblings(rule);
        if (rule == Rule::SatisfiedBy) {
            plans_[first].anchor = first - 1;  // `by`, which may stand on a line of its own
        }
        for (std::uint32_t index = first + 1; index <= last; ++index) {
            TokenPlan& plan = plans_[index];
            plan.anchor = first;
            // The fields of a row stand below the first, behind `row `.
            plan.levels = rule == Rule::CollectRow ? 2 : 1;
            plan.sibling = siblings;
            plan.closes = false;
        }
        if (last > first && (isWord(last, "end") || isWord(last, ")") || isWord(last, "}"))) {
            const Tree::NodeData& data = tree.nodes[node];
            // Only where the closing word is this rule's own.
            if (tree.children[data.firstChild + data.childCount - 1].isToken) {
                plans_[last].levels = 0;
                plans_[last].closes = true;
            }
        }
    }

    void breakLines(const Tree& tree, std::uint32_t node) {
        const Rule rule = tree.nodes[node].rule;
        if (rule == Rule::Action) {
            breakBecause(tree, node);
        }
        const Layout* layout = layoutOf(rule);
        if (layout == nullptr) {
            return;
        }
        const std::vector<Tree::Child> parts = children(tree, node);
        const bool dated = rule == Rule::DatedChoice || rule == Rule::SatisfiedBy;
        if (dated && !isDatedList(tree, parts)) {
            return;
        }
        if (!layout->always && !dated && !isBroken(ranges_[node])) {
            return;
        }
        std::optional<Rule> listed = listedRule(rule);
        for (std::size_t place = dated ? 0 : 1; place < parts.size(); ++place) {
            const Tree::Child& part = parts[place];
            bool breaks = false;
            if (part.isToken) {
                breaks = isWordOf(part.index, layout->words) ||
                         (rule == Rule::DefineDeclaration && isWord(part.index, "as") &&
                          wantsLine(tree, parts, place));
            } else {
                const Rule child = tree.nodes[part.index].rule;
                breaks = std::find(layout->children.begin(), layout->children.end(), child) !=
                         layout->children.end();
                if (listed == child) {
                    breaks = true;
                    listed.reset();
                }
            }
            if (breaks) {
                plans_[firstOf(part)].breaks = true;
            }
        }
    }

    [[nodiscard]] bool isWordOf(std::uint32_t index,
                                const std::vector<std::string_view>& words) const {
        return std::any_of(
            words.begin(), words.end(), [&](std::string_view word) { return isWord(index, word); });
    }

    /// Several dated entries, or one the author set below: each on its line.
    [[nodiscard]] bool isDatedList(const Tree& tree, const std::vector<Tree::Child>& parts) const {
        const auto count = std::count_if(parts.begin(), parts.end(), [&](const Tree::Child& part) {
            return !part.isToken && (tree.nodes[part.index].rule == Rule::Period ||
                                     tree.nodes[part.index].rule == Rule::DatedIds);
        });
        return count > 1 || (count == 1 && token(firstOf(parts.front())).startsLine);
    }

    /// Whether `as` begins a line: behind sources, and before a value of several lines.
    [[nodiscard]] bool
    wantsLine(const Tree& tree, const std::vector<Tree::Child>& parts, std::size_t place) const {
        const Tree::Child& before = parts[place - 1];
        if (!before.isToken && tree.nodes[before.index].rule == Rule::SourceClause) {
            return true;
        }
        const Tree::Child& value = parts[place + 1];
        return !token(firstOf(value)).startsLine && isBroken(ranges_[value.index]);
    }

    /// The reason stands below values by date.
    void breakBecause(const Tree& tree, std::uint32_t node) {
        const std::vector<Tree::Child> parts = children(tree, node);
        for (std::size_t place = 1; place < parts.size(); ++place) {
            if (!parts[place].isToken || !isWord(parts[place].index, "because")) {
                continue;
            }
            const std::vector<Tree::Child> body = children(tree, parts[place - 1].index);
            if (!body.back().isToken && tree.nodes[body.back().index].rule == Rule::DatedChoice &&
                isDatedList(tree, children(tree, body.back().index))) {
                plans_[parts[place].index].breaks = true;
            }
        }
    }

    void setSpaces(const Tree& tree, std::uint32_t node) {
        const std::vector<Tree::Child> parts = children(tree, node);
        const Rule rule = tree.nodes[node].rule;
        const Range range = ranges_[node];
        const bool negative =
            (rule == Rule::Unary || rule == Rule::CellValue || rule == Rule::GivenValue) &&
            parts.size() == 2 && isWord(range.first, "-");
        if (negative) {
            plans_[range.first + 1].spaceBefore = false;
        }
        if (rule == Rule::Place || rule == Rule::PlacePart) {
            for (std::uint32_t index = range.first + 1; index <= range.last; ++index) {
                plans_[index].spaceBefore = false;
            }
        }
        if (rule == Rule::ComparisonSign) {
            plans_[range.first].text = inWords(token(range.first).text);
        }
        for (const Tree::Child& part : parts) {
            if (!part.isToken) {
                continue;
            }
            TokenPlan& plan = plans_[part.index];
            const Token& at = token(part.index);
            if (isWordOf(part.index, {",", ";", ")"})) {
                plan.spaceBefore = false;
            }
            if (part.index > 0 && isWord(part.index - 1, "(")) {
                plan.spaceBefore = false;
            }
            if (isWord(part.index, ".")) {
                plan.spaceBefore = false;
                plans_[part.index + 1].spaceBefore = false;
            }
            if (isWord(part.index, "}") && isWord(part.index - 1, "{")) {
                plan.spaceBefore = false;
            }
            if (at.kind == TokenKind::String && at.text.front() != '"') {
                plan.text = '"' + syntax::withPlainEscapes(syntax::insideQuotes(at.text)) + '"';
            }
        }
        if (!parts.front().isToken && range.first > 0 && isWord(range.first - 1, "(")) {
            plans_[range.first].spaceBefore = false;
        }
    }

    static std::string inWords(std::string_view sign) {
        constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWords{{
            {">", "exceeds"},
            {">=", "is at least"},
            {"<", "is below"},
            {"<=", "is at most"},
            {"=", "is"},
            {"<>", "is not"},
        }};
        for (const auto& [written, words] : kWords) {
            if (written == sign) {
                return std::string(words);
            }
        }
        return std::string(sign);
    }

    // ---- columns ------------------------------------------------------------------------------

    void align(const Tree& tree, std::uint32_t node) {
        const std::vector<Tree::Child> parts = children(tree, node);
        if (tree.nodes[node].rule == Rule::DatedChoice) {
            alignColons(parts, node);
            return;
        }
        for (std::size_t place = 0; place < parts.size(); ++place) {
            if (parts[place].isToken) {
                continue;
            }
            alignChild(tree, node, parts[place].index);
            if (tree.nodes[node].rule == Rule::CollectRow &&
                tree.nodes[parts[place].index].rule == Rule::RowField) {
                const std::uint32_t first = firstOf(parts[place]);
                alignAt(first + 1, node, 0, place == 1 ? first - 1 : first);
            }
        }
    }

    void
    alignAt(std::uint32_t index, std::uint32_t node, std::uint32_t column, std::uint32_t line) {
        // Unique among the trees of a file: no two nodes of a rule begin at one token.
        const std::uint32_t group = ranges_[node].first;
        plans_[index].alignment = Alignment{group, column, line};
    }

    void alignColons(const std::vector<Tree::Child>& parts, std::uint32_t node) {
        std::uint32_t line = ranges_[node].first;
        for (const Tree::Child& part : parts) {
            if (!part.isToken) {
                line = plans_[firstOf(part)].breaks ? firstOf(part) : line;
            } else if (isWord(part.index, ":")) {
                alignAt(part.index, node, 0, line);
            }
        }
    }

    void alignChild(const Tree& tree, std::uint32_t parent, std::uint32_t child) {
        const Rule rule = tree.nodes[child].rule;
        const std::vector<Tree::Child> parts = children(tree, child);
        const std::uint32_t line = ranges_[child].first;
        const auto word = [&](std::string_view wanted, std::uint32_t column) {
            for (const Tree::Child& part : parts) {
                if (part.isToken && isWord(part.index, wanted)) {
                    alignAt(part.index, parent, column, line);
                }
            }
        };
        const auto colon = [&](std::uint32_t column) { word(":", column); };
        const auto text = [&](std::uint32_t column) {
            for (const Tree::Child& part : parts) {
                if (part.isToken && token(part.index).kind == TokenKind::String) {
                    alignAt(part.index, parent, column, line);
                    return;
                }
            }
        };
        switch (rule) {
        case Rule::PackClause:
            alignAt(firstOf(parts[1]), parent, 0, line);
            break;
        case Rule::LayerLine:
            colon(0);
            word("excepted", 1);
            break;
        case Rule::Field: {
            colon(0);
            const auto mark =
                std::find_if(parts.begin(), parts.end(), [&](const Tree::Child& part) {
                    return !part.isToken && tree.nodes[part.index].rule == Rule::FieldMark;
                });
            if (mark != parts.end()) {
                alignAt(firstOf(*mark), parent, 1, line);
            }
            break;
        }
        case Rule::EnumMember:
        case Rule::CodeEntry:
            text(0);
            break;
        case Rule::ScaleStep:
            text(0);
            word("satisfied", 1);
            break;
        case Rule::DatedIds:
        case Rule::DatedValue:
        case Rule::DatedExpression:
            colon(0);
            break;
        case Rule::CaseArm:
            // An arm whose value begins below has its colon where the tests end.
            if (!token(firstOf(parts.back())).startsLine) {
                colon(0);
            }
            break;
        case Rule::TableRow: {
            std::uint32_t column = 0;
            for (const Tree::Child& part : parts) {
                if (part.isToken && part.index != line) {
                    alignAt(part.index, parent, column++, line);
                }
            }
            break;
        }
        default:
            break;
        }
    }

    std::string_view text_;
    const syntax::TokenList& list_;
    std::vector<TokenPlan>& plans_;
    std::vector<Range> ranges_;
    std::vector<std::uint32_t> brokenBefore_;
    Rule runRule_ = Rule::PackFile;
    std::uint32_t runFirst_ = 0;
    std::uint32_t runEnd_ = 0;
};

}  // namespace

std::vector<TokenPlan> makePlan(std::string_view text, const syntax::SyntaxFile& file) {
    std::vector<TokenPlan> plans(file.list.tokens.size());
    Planner planner(text, file.list, plans);
    if (file.header) {
        planner.plan(*file.header);
    }
    for (const Tree& tree : file.items) {
        planner.plan(tree);
        planner.planRun(tree, 0);
    }
    return plans;
}

}  // namespace proviso::format

#include "compiler/check/rules.h"

#include "compiler/check/dates.h"
#include "compiler/check/records.h"
#include "compiler/check/templates.h"

#include <algorithm>
#include <map>

namespace proviso::check {

using typed::ExprKind;

namespace {

struct ExceptionText {
    const Symbol* symbol = nullptr;
    const ast::Exception* ast = nullptr;
};

/// Rules and exceptions are numbered by name.
std::vector<Symbol*> byQualifiedName(Context& context, SymbolKind kind) {
    std::vector<Symbol*> result = context.symbolsInOrder(kind);
    std::stable_sort(result.begin(), result.end(), [&](const Symbol* a, const Symbol* b) {
        return context.names.qualified(*a) < context.names.qualified(*b);
    });
    return result;
}

/// Whether a pack may except a rule of another, by what the layers say.
std::string whyNotAllowed(const Context& context, PackId by, PackId of) {
    if (by == of) {
        return {};
    }
    const std::string& byLayer = context.program.packs[by].layer;
    const std::string& ofLayer = context.program.packs[of].layer;
    if (byLayer.empty() || ofLayer.empty()) {
        return "pack `" + context.names.packName(byLayer.empty() ? by : of) + "` has no layer";
    }
    const typed::Layer* own = nullptr;
    const typed::Layer* target = nullptr;
    for (const typed::Layer& layer : context.program.layers) {
        own = layer.name == byLayer ? &layer : own;
        target = layer.name == ofLayer ? &layer : target;
    }
    if (own == nullptr || target == nullptr) {
        return {};  // reported with the pack
    }
    if (own->tightensOnly && own != target) {
        return "layer `" + byLayer + "` tightens only";
    }
    if (target->law && !own->law) {
        return "law is excepted by law alone, and layer `" + byLayer + "` is policy";
    }
    const auto& allowed = target->exceptedBy;
    if (std::find(allowed.begin(), allowed.end(), byLayer) == allowed.end()) {
        return "layer `" + ofLayer + "` is not `excepted by " + byLayer + "`";
    }
    return {};
}

class RuleChecker {
  public:
    RuleChecker(Context& context, Symbol& symbol, std::vector<ExceptionText> exceptions)
        : context_(context), symbol_(symbol), ast_(std::get<ast::Rule>(symbol.node->item)),
          exceptions_(std::move(exceptions)) {}

    void check() {
        rule_.name = context_.names.qualified(symbol_);
        rule_.pack = symbol_.pack;
        rule_.label = textOf(ast_.label);
        rule_.sources = sourcesOf(ast_.sources);
        rule_.inForce = inForceOf(ast_.period, ast_.published);
        rule_.span = ast_.name.span;
        checkPeriod(context_, ast_.period);
        if (!bindRow()) {
            return;
        }
        scope_.reader =
            addReader("rule `" + ast_.name.text + "`", ast_.name.span, rule_.inForce.period);
        ExpressionChecker checker(context_, scope_);
        const ExprId date = checker.date(ast_.name.span);
        if (date == kNone) {
            return;
        }
        inForce_ = context_.inForceAt(date, rule_.inForce, ast_.name.span);
        addLocals(scope_, ast_.defines);
        bool failed = false;
        rule_.condition = condition(scope_, ast_.when, ast_.unless, failed);
        std::vector<ExprId> applies{inForce_};
        if (rule_.condition != kNone) {
            applies.push_back(rule_.condition);
        }
        for (std::size_t index = 0; index < exceptions_.size(); ++index) {
            checkException(exceptions_[index], applies, failed);
        }
        rule_.applies = context_.logic(ExprKind::And, std::move(applies), ast_.name.span);
        Guard guard;
        guard.applies = rule_.applies;
        guard.ruleRow = scope_.current;
        guard.rule = ast_.name.text;
        guard.period = rule_.inForce.period;
        std::vector<typed::Effect> effects;
        for (const ast::Action& action : ast_.actions) {
            checkAction(context_, scope_, guard, action, effects);
        }
        effects.insert(effects.end(),
                       std::make_move_iterator(insteadEffects_.begin()),
                       std::make_move_iterator(insteadEffects_.end()));
        rule_.effects = std::move(effects);
        symbol_.index = static_cast<std::uint32_t>(context_.program.rules.size());
        context_.program.rules.push_back(std::move(rule_));
    }

  private:
    std::uint32_t addReader(std::string words, Span span, typed::Period period) {
        Reader reader;
        reader.words = std::move(words);
        reader.span = span;
        reader.period = period;
        reader.bounded = true;
        context_.readers.push_back(std::move(reader));
        return static_cast<std::uint32_t>(context_.readers.size() - 1);
    }

    bool bindRow() {
        scope_.pack = symbol_.pack;
        SpaceId space = kNone;
        if (ast_.in) {
            const std::optional<ListPath> list =
                ExpressionChecker(context_, scope_).checkListPath(**ast_.in);
            if (!list) {
                return false;
            }
            if (ast_.secondBinder) {
                return bindPair(*list);
            }
            space = list->space;
        } else {
            space = resolveSpace(context_, symbol_.pack, ast_.binder);
        }
        if (space == kNone) {
            return false;
        }
        rule_.binder = context_.addBinder(ast_.binder.text, space);
        scope_.current = context_.binderRow(rule_.binder, ast_.binder.span);
        if (ast_.in &&
            context_.ancestor(symbol_.pack, scope_.current, ast_.binder.text, ast_.binder.span) !=
                kNone &&
            context_.program.spaces[space].name != ast_.binder.text) {
            context_.report(DiagnosticKind::DuplicateName, ast_.binder.span, {ast_.binder.text})
                .help("it already means a row that contains this one; take another name");
            return false;
        }
        scope_.rows.push_back({ast_.binder.text, scope_.current, ast_.binder.span});
        return true;
    }

    bool bindPair(const ListPath& list) {
        if (ast_.binder.text == ast_.secondBinder->text) {
            context_.report(
                DiagnosticKind::DuplicateName, ast_.secondBinder->span, {ast_.binder.text});
            return false;
        }
        if (context_.program.spaces[list.space].scalar) {
            context_.report(DiagnosticKind::BadPairs,
                            (*ast_.in)->span,
                            {"the list holds plain values, not rows"});
            return false;
        }
        SpaceId pairs = kNone;
        for (SpaceId space = 0; space < context_.program.spaces.size(); ++space) {
            const typed::Space& one = context_.program.spaces[space];
            if (one.kind == typed::SpaceKind::Pairs && one.pairsOf == list.space &&
                one.parent == list.root && one.pairsOver == list.over) {
                pairs = space;
            }
        }
        if (pairs == kNone) {
            typed::Space space;
            space.name = context_.program.spaces[list.space].name + "_pair";
            space.kind = typed::SpaceKind::Pairs;
            space.parent = list.root;
            space.pairsOf = list.space;
            space.pairsOver = list.over;
            space.span = (*ast_.in)->span;
            SpaceInfo info;
            info.pack = symbol_.pack;
            pairs = context_.addSpace(std::move(space), std::move(info));
            const LinkId first = context_.addLink(typed::Link::Kind::First, pairs, list.space);
            const LinkId second = context_.addLink(typed::Link::Kind::Second, pairs, list.space);
            context_.program.spaces[pairs].first = first;
            context_.program.spaces[pairs].second = second;
        }
        rule_.binder = context_.addBinder(ast_.binder.text + "_" + ast_.secondBinder->text, pairs);
        scope_.current = context_.binderRow(rule_.binder, ast_.binder.span);
        const typed::Space& space = context_.program.spaces[pairs];
        const ExprId first = context_.upRow(scope_.current, space.first, ast_.binder.span);
        const ExprId second = context_.upRow(scope_.current, space.second, ast_.secondBinder->span);
        scope_.rows.push_back({ast_.binder.text, first, ast_.binder.span});
        scope_.rows.push_back({ast_.secondBinder->text, second, ast_.secondBinder->span});
        return true;
    }

    /// Adds local definitions to the scope; uses of them share the expression.
    void addLocals(Scope& scope, const std::vector<ast::LocalDefine>& defines) {
        for (const ast::LocalDefine& define : defines) {
            const bool taken =
                std::any_of(scope.locals.begin(),
                            scope.locals.end(),
                            [&](const auto& one) { return one.name == define.name.text; }) ||
                std::any_of(scope.rows.begin(), scope.rows.end(), [&](const auto& one) {
                    return one.name == define.name.text;
                });
            if (taken) {
                context_.report(DiagnosticKind::DuplicateName, define.name.span, {define.name.text})
                    .help("take another name");
            }
            Value value = ExpressionChecker(context_, scope).check(*define.value);
            if (value.shape == Value::Shape::Plain) {
                rule_.locals.push_back({define.name.text, value.id, define.name.span});
            }
            scope.locals.push_back({define.name.text, std::move(value), define.name.span});
        }
    }

    ExprId condition(Scope& scope,
                     const std::optional<ast::ExpressionPtr>& when,
                     const std::optional<ast::ExpressionPtr>& unless,
                     bool& failed) {
        std::vector<ExprId> parts;
        ExpressionChecker checker(context_, scope);
        for (const auto* part : {&when, &unless}) {
            if (!*part) {
                continue;
            }
            ExprId id = checker.condition(***part);
            if (id == kNone) {
                failed = true;
                continue;
            }
            if (part == &unless) {
                id = context_.negation(id, (**part)->span);
            }
            parts.push_back(id);
        }
        if (parts.empty()) {
            return kNone;
        }
        const Span span = when ? (*when)->span : (*unless)->span;
        return context_.logic(ExprKind::And, std::move(parts), span);
    }

    void checkException(const ExceptionText& text, std::vector<ExprId>& applies, bool& failed) {
        const ast::Exception& ast = *text.ast;
        typed::Exception exception;
        exception.name = context_.names.qualified(*text.symbol);
        exception.pack = text.symbol->pack;
        exception.label = textOf(ast.label);
        exception.sources = sourcesOf(ast.sources);
        exception.inForce = inForceOf(ast.period, ast.published);
        exception.span = ast.name.span;
        exception.waives = !ast.instead.has_value();
        checkPeriod(context_, ast.period);

        Scope scope = scope_;
        scope.pack = text.symbol->pack;
        typed::Period both = exception.inForce.period;
        both.from = std::max(both.from, rule_.inForce.period.from);
        both.through = std::min(both.through, rule_.inForce.period.through);
        scope.reader = addReader("exception `" + ast.name.text + "`", ast.name.span, both);
        const ExprId inForce = context_.inForceAt(scope.date, exception.inForce, ast.name.span);
        addLocals(scope, ast.defines);
        exception.condition = condition(scope, ast.when, ast.unless, failed);
        std::vector<ExprId> parts{inForce};
        if (exception.condition != kNone) {
            parts.push_back(exception.condition);
        }
        exception.applies = context_.logic(ExprKind::And, std::move(parts), ast.name.span);
        if (ast.because) {
            exception.because = checkTemplate(context_, scope, *ast.because);
        } else if (ast.instead && ast.instead->because) {
            exception.because = checkTemplate(context_, scope, *ast.instead->because);
        }
        const auto index = static_cast<std::uint32_t>(context_.program.exceptions.size());
        applies.push_back(context_.negation(exception.applies, ast.name.span));
        if (ast.instead) {
            std::vector<ExprId> all{inForce_};
            if (rule_.condition != kNone) {
                all.push_back(rule_.condition);
            }
            all.push_back(exception.applies);
            Guard guard;
            guard.applies = context_.logic(ExprKind::And, std::move(all), ast.name.span);
            guard.ruleRow = scope.current;
            guard.exception = index;
            guard.rule = ast.name.text;
            guard.period = both;
            const std::size_t before = insteadEffects_.size();
            checkAction(context_, scope, guard, *ast.instead, insteadEffects_);
            for (std::size_t effect = before; effect < insteadEffects_.size(); ++effect) {
                if (!insteadEffects_[effect].because) {
                    insteadEffects_[effect].because = exception.because;
                }
            }
        }
        rule_.exceptions.push_back(index);
        context_.program.exceptions.push_back(std::move(exception));
    }

    Context& context_;
    Symbol& symbol_;
    const ast::Rule& ast_;
    std::vector<ExceptionText> exceptions_;
    typed::Rule rule_;
    Scope scope_;
    ExprId inForce_ = kNone;
    std::vector<typed::Effect> insteadEffects_;
};

/// The exceptions to each rule, by name.
std::map<const Symbol*, std::vector<ExceptionText>> exceptionsByRule(Context& context) {
    std::map<const Symbol*, std::vector<ExceptionText>> result;
    for (const Symbol* symbol : byQualifiedName(context, SymbolKind::Exception)) {
        const auto& ast = std::get<ast::Exception>(symbol->node->item);
        const Symbol* rule = context.names.resolve(
            symbol->pack, ast.target.text, ast.target.span, {SymbolKind::Rule}, "a rule");
        if (rule == nullptr) {
            continue;
        }
        const std::string why = whyNotAllowed(context, symbol->pack, rule->pack);
        if (!why.empty()) {
            context
                .report(DiagnosticKind::ExceptionNotAllowed,
                        ast.target.span,
                        {ast.name.text, context.names.qualified(*rule), why})
                .label(rule->span, "the rule");
            continue;
        }
        result[rule].push_back({symbol, &ast});
    }
    return result;
}

}  // namespace

void checkRules(Context& context) {
    auto exceptions = exceptionsByRule(context);
    for (Symbol* symbol : byQualifiedName(context, SymbolKind::Rule)) {
        RuleChecker(context, *symbol, std::move(exceptions[symbol])).check();
    }
}

}  // namespace proviso::check

#include "compiler/check/vocabulary.h"

#include "compiler/check/dates.h"
#include "compiler/diagnostics/suggest.h"
#include "runtime/base/digest.h"

#include <algorithm>
#include <map>

namespace proviso::check {

namespace {

std::string digestOf(const Context& context, const ast::Pack& pack) {
    const auto files = context.tableFiles.of(pack.source);
    Sha256 digest;
    if (files.empty()) {
        return sha256(context.sources.text(pack.source));
    }
    digest.addFramed(context.sources.text(pack.source));
    for (const auto& [name, text] : files) {
        digest.addFramed(name);
        digest.addFramed(context.sources.text(text));
    }
    return digest.finish();
}

void declareLayer(Context& context, const ast::Layer& layer) {
    for (const typed::Layer& other : context.program.layers) {
        if (other.name == layer.name.text) {
            context.report(DiagnosticKind::DuplicateName, layer.name.span, {layer.name.text});
            return;
        }
    }
    if (layer.kind.text != "law" && layer.kind.text != "policy") {
        context
            .report(DiagnosticKind::BadLayers,
                    layer.kind.span,
                    {layer.name.text, "it is neither law nor policy"})
            .help("write `" + layer.name.text + " : law` or `" + layer.name.text + " : policy`");
    }
    typed::Layer result;
    result.name = layer.name.text;
    result.law = layer.kind.text == "law";
    result.tightensOnly = layer.tightensOnly;
    for (const ast::Name& name : layer.exceptedBy) {
        result.exceptedBy.push_back(name.text);
    }
    context.program.layers.push_back(std::move(result));
}

void checkExceptedBy(Context& context, const ast::Layer& layer) {
    const auto find = [&](std::string_view name) -> const typed::Layer* {
        for (const typed::Layer& one : context.program.layers) {
            if (one.name == name) {
                return &one;
            }
        }
        return nullptr;
    };
    const typed::Layer* own = find(layer.name.text);
    for (const ast::Name& name : layer.exceptedBy) {
        const typed::Layer* by = find(name.text);
        if (by == nullptr) {
            context.report(DiagnosticKind::UnknownLayer, name.span, {name.text});
        } else if (own != nullptr && own->law && !by->law) {
            context.report(DiagnosticKind::BadLayers,
                           name.span,
                           {layer.name.text,
                            "law is excepted by law alone, and `" + name.text + "` is policy"});
        } else if (by->tightensOnly && by != own) {
            context.report(DiagnosticKind::BadLayers,
                           name.span,
                           {layer.name.text,
                            "`" + name.text + "` tightens only, so it may except no other layer"});
        }
    }
}

void declareLayers(Context& context) {
    const ast::ItemNode* first = nullptr;
    for (const ast::Pack* pack : context.packs) {
        for (const ast::ItemNode& node : pack->items) {
            const auto* layers = std::get_if<ast::Layers>(&node.item);
            if (layers == nullptr) {
                continue;
            }
            if (first != nullptr) {
                context.report(DiagnosticKind::DuplicateName, node.span, {"layers"})
                    .label(first->span, "the layers are declared here")
                    .help("one pack declares the layers for all");
                continue;
            }
            first = &node;
            for (const ast::Layer& layer : layers->layers) {
                declareLayer(context, layer);
            }
            for (const ast::Layer& layer : layers->layers) {
                checkExceptedBy(context, layer);
            }
        }
    }
    std::vector<std::string> known;
    for (const typed::Layer& layer : context.program.layers) {
        known.push_back(layer.name);
    }
    for (const ast::Pack* pack : context.packs) {
        if (pack->layer &&
            std::find(known.begin(), known.end(), pack->layer->text) == known.end()) {
            auto builder = context.report(
                DiagnosticKind::UnknownLayer, pack->layer->span, {pack->layer->text});
            if (known.empty()) {
                builder.help("no pack of this set declares `layers`");
            } else if (const auto near = nearestName(pack->layer->text, known)) {
                builder.help("did you mean `" + std::string(*near) + "`?");
            } else {
                builder.help("the layers are " + listInWords(known));
            }
        }
    }
}

void declareEnumeration(Context& context, Symbol& symbol, const ast::Enumeration& ast) {
    typed::Enumeration result;
    result.name = ast.name.text;
    result.span = ast.name.span;
    std::map<std::string, Span> seen;
    for (const ast::Enumeration::Member& member : ast.members) {
        const auto [place, isNew] = seen.emplace(member.name.text, member.name.span);
        if (!isNew) {
            context.report(DiagnosticKind::DuplicateName, member.name.span, {member.name.text})
                .label(place->second, "first here");
            continue;
        }
        result.members.push_back(member.name.text);
        result.labels.push_back(textOf(member.label));
    }
    symbol.index = static_cast<std::uint32_t>(context.program.enumerations.size());
    context.program.enumerations.push_back(std::move(result));
}

void declareCodes(Context& context, Symbol& symbol, const ast::CodeSet& ast) {
    typed::CodeSet result;
    result.name = ast.name.text;
    result.span = ast.name.span;
    result.sources = sourcesOf(ast.sources);
    result.open = ast.open;
    if (ast.base) {
        const Symbol* base = context.names.resolve(
            symbol.pack, ast.base->text, ast.base->span, {SymbolKind::Codes}, "a code set");
        if (base == nullptr) {
            return;
        }
        if (std::get<ast::CodeSet>(base->node->item).base) {
            context
                .report(DiagnosticKind::WrongKindOfName,
                        ast.base->span,
                        {ast.base->text, "a selection of codes", "a code set of its own"})
                .help("name the code set that `" + ast.base->text + "` selects from");
            return;
        }
        result.base = base->index;
        if (result.open) {
            context.report(DiagnosticKind::BadFieldMark,
                           ast.name.span,
                           {"open", ast.name.text, "a selection lists its codes"});
        }
        if (result.sources.empty()) {
            context
                .report(DiagnosticKind::MissingSource,
                        ast.name.span,
                        {"code set `" + ast.name.text + "`"})
                .help("add `source \"...\"` after its name");
        }
    }
    std::multimap<std::string, std::size_t> seen;
    for (const ast::CodeSet::Entry& entry : ast.entries) {
        typed::CodeSet::Entry one;
        one.code = normalisedCode(entry.code.text);
        one.label = textOf(entry.label);
        one.span = entry.code.span;
        if (entry.period) {
            checkPeriod(context, *entry.period);
            one.period = periodOf(*entry.period);
        }
        if (result.base != kNone) {
            const typed::CodeSet& base = context.program.codeSets[result.base];
            if (!base.open && codeEntry(base, one.code) == kNone) {
                std::vector<std::string> known;
                for (const typed::CodeSet::Entry& other : base.entries) {
                    known.push_back(other.code);
                }
                auto builder = context.report(
                    DiagnosticKind::UnknownMember, one.span, {one.code, "in `" + base.name + "`"});
                builder.label(base.span, "declared here");
                if (const auto near = nearestName(one.code, known)) {
                    builder.help("did you mean `" + std::string(*near) + "`?");
                }
                continue;
            }
        }
        const auto [begin, end] = seen.equal_range(one.code);
        const auto clash = std::find_if(begin, end, [&](const auto& other) {
            return overlap(result.entries[other.second].period, one.period);
        });
        if (clash != end) {
            context.report(DiagnosticKind::DatesOverlap, one.span, {"code `" + one.code + "`"})
                .label(result.entries[clash->second].span, "the other entry");
            continue;
        }
        seen.emplace(one.code, result.entries.size());
        result.entries.push_back(std::move(one));
    }
    symbol.index = static_cast<std::uint32_t>(context.program.codeSets.size());
    context.program.codeSets.push_back(std::move(result));
}

typed::Scale::Step
stepOf(Context& context, PackId pack, std::uint32_t facts, const ast::ScaleStep& ast) {
    typed::Scale::Step result;
    result.name = ast.name.text;
    result.label = textOf(ast.label);
    result.pack = pack;
    result.span = ast.name.span;
    const typed::Enumeration& enumeration = context.program.enumerations[facts];
    std::vector<DatedEntry> periods;
    for (const ast::SatisfiedBy& satisfied : ast.satisfied) {
        checkPeriod(context, satisfied.period);
        typed::Scale::Accepts accepts;
        accepts.period = periodOf(satisfied.period);
        for (const ast::Name& fact : satisfied.facts) {
            const auto place =
                std::find(enumeration.members.begin(), enumeration.members.end(), fact.text);
            if (place == enumeration.members.end()) {
                auto builder = context.report(DiagnosticKind::UnknownMember,
                                              fact.span,
                                              {fact.text, "one of `" + enumeration.name + "`"});
                builder.label(enumeration.span, "declared here");
                if (const auto near = nearestName(fact.text, enumeration.members)) {
                    builder.help("did you mean `" + std::string(*near) + "`?");
                }
                continue;
            }
            accepts.facts.push_back(
                static_cast<std::uint32_t>(place - enumeration.members.begin()));
        }
        std::sort(accepts.facts.begin(), accepts.facts.end());
        accepts.facts.erase(std::unique(accepts.facts.begin(), accepts.facts.end()),
                            accepts.facts.end());
        periods.push_back(
            {{accepts.period, INT64_MIN},
             satisfied.period.span.source.isValid() ? satisfied.period.span : ast.name.span});
        result.accepts.push_back(std::move(accepts));
    }
    checkOverlaps(context, "step `" + ast.name.text + "`", periods);
    for (const Gap& gap : innerGaps(periods)) {
        reportGap(context, "step `" + ast.name.text + "`", ast.name.span, gap);
    }
    std::sort(result.accepts.begin(), result.accepts.end(), [](const auto& a, const auto& b) {
        return a.period.from < b.period.from;
    });
    return result;
}

void addStep(Context& context, std::uint32_t scale, typed::Scale::Step step) {
    for (const typed::Scale::Step& other : context.program.scales[scale].steps) {
        if (other.name == step.name) {
            context.report(DiagnosticKind::DuplicateName, step.span, {step.name})
                .label(other.span, "the scale has this step already");
            return;
        }
    }
    context.program.scales[scale].steps.push_back(std::move(step));
}

void declareScale(Context& context, Symbol& symbol, const ast::Scale& ast) {
    const Symbol* facts = context.names.resolve(symbol.pack,
                                                ast.factEnumeration.text,
                                                ast.factEnumeration.span,
                                                {SymbolKind::Enumeration},
                                                "an enumeration");
    if (facts == nullptr) {
        return;
    }
    typed::Scale result;
    result.name = ast.name.text;
    result.facts = facts->index;
    result.span = ast.name.span;
    symbol.index = static_cast<std::uint32_t>(context.program.scales.size());
    context.program.scales.push_back(std::move(result));
    for (const ast::ScaleStep& step : ast.steps) {
        addStep(context, symbol.index, stepOf(context, symbol.pack, facts->index, step));
    }
}

void declareAddedSteps(Context& context) {
    struct Added {
        PackId pack;
        const ast::StepDeclaration* ast;
    };
    std::vector<Added> added;
    for (PackId pack = 0; pack < context.packs.size(); ++pack) {
        for (const ast::ItemNode& node : context.packs[pack]->items) {
            if (const auto* step = std::get_if<ast::StepDeclaration>(&node.item)) {
                added.push_back({pack, step});
            }
        }
    }
    std::stable_sort(added.begin(), added.end(), [](const Added& a, const Added& b) {
        return a.pack != b.pack ? a.pack < b.pack : a.ast->step.name.text < b.ast->step.name.text;
    });
    for (const Added& one : added) {
        const Symbol* scale = context.names.resolve(
            one.pack, one.ast->scale.text, one.ast->scale.span, {SymbolKind::Scale}, "a scale");
        if (scale == nullptr || scale->index == kNone) {
            continue;
        }
        typed::Scale::Step step =
            stepOf(context, one.pack, context.program.scales[scale->index].facts, one.ast->step);
        step.sources = sourcesOf(one.ast->sources);
        addStep(context, scale->index, std::move(step));
    }
}

}  // namespace

std::uint32_t codeEntry(const typed::CodeSet& set, std::string_view normalised) {
    for (std::uint32_t index = 0; index < set.entries.size(); ++index) {
        if (set.entries[index].code == normalised) {
            return index;
        }
    }
    return kNone;
}

void declarePacks(Context& context) {
    for (const ast::Pack* pack : context.packs) {
        typed::Pack result;
        result.name = pack->name.text;
        result.version = textOf(pack->version);
        result.title = textOf(pack->title);
        result.layer = pack->layer ? pack->layer->text : std::string();
        result.digest = digestOf(context, *pack);
        result.source = pack->source;
        context.program.packs.push_back(std::move(result));
    }
    declareLayers(context);
}

void declareVocabulary(Context& context) {
    for (Symbol* symbol : context.symbolsInOrder(SymbolKind::Enumeration)) {
        declareEnumeration(context, *symbol, std::get<ast::Enumeration>(symbol->node->item));
    }
    // Bases first, whatever their order in the texts.
    for (const bool bases : {true, false}) {
        for (Symbol* symbol : context.symbolsInOrder(SymbolKind::Codes)) {
            const auto& codes = std::get<ast::CodeSet>(symbol->node->item);
            if (codes.base.has_value() != bases) {
                declareCodes(context, *symbol, codes);
            }
        }
    }
    for (Symbol* symbol : context.symbolsInOrder(SymbolKind::Scale)) {
        declareScale(context, *symbol, std::get<ast::Scale>(symbol->node->item));
    }
    declareAddedSteps(context);
}

}  // namespace proviso::check

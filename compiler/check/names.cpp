#include "compiler/check/names.h"

#include "compiler/diagnostics/suggest.h"

#include <algorithm>
#include <type_traits>

namespace proviso::check {

std::string_view inWords(SymbolKind kind) {
    switch (kind) {
    case SymbolKind::Enumeration:
        return "an enumeration";
    case SymbolKind::Scale:
        return "a scale";
    case SymbolKind::Codes:
        return "a code set";
    case SymbolKind::Record:
        return "a record";
    case SymbolKind::Grouping:
        return "a grouping";
    case SymbolKind::Collect:
        return "a collected record";
    case SymbolKind::Parameter:
        return "a parameter";
    case SymbolKind::Table:
        return "a table";
    case SymbolKind::Finding:
        return "a finding";
    case SymbolKind::Rule:
        return "a rule";
    case SymbolKind::Exception:
        return "an exception";
    case SymbolKind::Sample:
        return "a sample";
    }
    return "a name";
}

namespace {

// What rules say by name is referred to rarely, so packs that use one another may repeat it.
constexpr SymbolKinds kStatements{SymbolKind::Rule, SymbolKind::Exception, SymbolKind::Sample};
constexpr SymbolKinds kEverything{SymbolKind::Enumeration,
                                  SymbolKind::Scale,
                                  SymbolKind::Codes,
                                  SymbolKind::Record,
                                  SymbolKind::Grouping,
                                  SymbolKind::Collect,
                                  SymbolKind::Parameter,
                                  SymbolKind::Table,
                                  SymbolKind::Finding,
                                  SymbolKind::Rule,
                                  SymbolKind::Exception,
                                  SymbolKind::Sample};

}  // namespace

Names::Names(const std::vector<const ast::Pack*>& packs, DiagnosticSink& sink) : sink_(sink) {
    for (const ast::Pack* pack : packs) {
        const auto id = static_cast<PackId>(packNames_.size());
        const auto [place, isNew] = packByName_.emplace(pack->name.text, id);
        if (!isNew) {
            sink_.report(DiagnosticKind::DuplicateName, pack->name.span, {pack->name.text})
                .label(packs[place->second]->name.span, "the other pack of this name");
        }
        packNames_.push_back(pack->name.text);
    }
    resolveUses(packs);
    for (PackId pack = 0; pack < packs.size(); ++pack) {
        declareItems(pack, *packs[pack]);
    }
    std::stable_sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) {
        return a.name < b.name;
    });
    for (std::size_t index = 0; index < symbols_.size(); ++index) {
        byName_.emplace(symbols_[index].name, index);
    }
    reportHidden();
}

void Names::resolveUses(const std::vector<const ast::Pack*>& packs) {
    const std::size_t count = packs.size();
    std::vector<std::vector<PackId>> uses(count);
    const std::vector<std::string> known = packNames_;
    for (PackId pack = 0; pack < count; ++pack) {
        for (const ast::QualifiedName& used : packs[pack]->uses) {
            const auto place = packByName_.find(used.text);
            if (place == packByName_.end()) {
                auto builder = sink_.report(DiagnosticKind::UnknownPack, used.span, {used.text});
                if (const auto near = nearestName(used.text, known)) {
                    builder.help("did you mean `" + std::string(*near) + "`?");
                }
                continue;
            }
            uses[pack].push_back(place->second);
        }
    }
    visible_.assign(count, std::vector<bool>(count, false));
    for (PackId pack = 0; pack < count; ++pack) {
        std::vector<PackId> open{pack};
        while (!open.empty()) {
            const PackId next = open.back();
            open.pop_back();
            if (!visible_[pack][next]) {
                visible_[pack][next] = true;
                open.insert(open.end(), uses[next].begin(), uses[next].end());
            }
        }
    }
}

void Names::declare(SymbolKind kind,
                    PackId pack,
                    const ast::Name& name,
                    const ast::ItemNode& node) {
    symbols_.push_back({kind, pack, name.text, name.span, &node, kNone});
}

void Names::declareItems(PackId pack, const ast::Pack& ast) {
    for (const ast::ItemNode& node : ast.items) {
        std::visit(
            [&](const auto& item) {
                using Item = std::decay_t<decltype(item)>;
                if constexpr (std::is_same_v<Item, ast::Enumeration>) {
                    declare(SymbolKind::Enumeration, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Scale>) {
                    declare(SymbolKind::Scale, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::CodeSet>) {
                    declare(SymbolKind::Codes, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Record>) {
                    declare(SymbolKind::Record, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Grouping>) {
                    declare(SymbolKind::Grouping, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Collect>) {
                    declare(SymbolKind::Collect, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Parameter>) {
                    declare(SymbolKind::Parameter, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Table>) {
                    declare(SymbolKind::Table, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Finding>) {
                    declare(SymbolKind::Finding, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Rule>) {
                    declare(SymbolKind::Rule, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Exception>) {
                    declare(SymbolKind::Exception, pack, item.name, node);
                } else if constexpr (std::is_same_v<Item, ast::Sample>) {
                    declare(SymbolKind::Sample, pack, item.name, node);
                }
            },
            node.item);
    }
}

void Names::reportHidden() {
    for (std::size_t first = 0; first < symbols_.size(); ++first) {
        const Symbol& a = symbols_[first];
        for (std::size_t second = first + 1;
             second < symbols_.size() && symbols_[second].name == a.name;
             ++second) {
            const Symbol& b = symbols_[second];
            // INVARIANT: of equal names the one of the earlier pack, or earlier in the text, comes
            // first.
            const bool samePack = a.pack == b.pack;
            const bool sees = !kStatements.has(a.kind) && !kStatements.has(b.kind) &&
                              (visible(a.pack, b.pack) || visible(b.pack, a.pack));
            // The name of a finding is an output and must be unique over the whole set.
            const bool bothFindings = a.kind == SymbolKind::Finding && b.kind == a.kind;
            if (!samePack && !sees && !bothFindings) {
                continue;
            }
            const bool blameFirst = !samePack && visible(a.pack, b.pack);
            const Symbol& blamed = blameFirst ? a : b;
            const Symbol& other = blameFirst ? b : a;
            sink_.report(DiagnosticKind::DuplicateName, blamed.span, {blamed.name})
                .label(other.span, "also declared here, as " + std::string(inWords(other.kind)))
                .help("give one of them another name");
            break;
        }
    }
}

std::string Names::qualified(const Symbol& symbol) const {
    return packNames_[symbol.pack] + "." + symbol.name;
}

std::vector<Symbol*> Names::find(PackId from, std::string_view text, SymbolKinds kinds) {
    std::vector<Symbol*> result;
    const auto gather = [&](std::string_view name, auto accepts) {
        const auto [begin, end] = byName_.equal_range(name);
        for (auto place = begin; place != end; ++place) {
            Symbol& symbol = symbols_[place->second];
            if (kinds.has(symbol.kind) && accepts(symbol.pack)) {
                result.push_back(&symbol);
            }
        }
    };
    const std::size_t dot = text.rfind('.');
    if (dot == std::string_view::npos) {
        gather(text, [&](PackId pack) { return visible(from, pack); });
    } else {
        const auto pack = packByName_.find(text.substr(0, dot));
        if (pack != packByName_.end()) {
            gather(text.substr(dot + 1), [&](PackId one) { return one == pack->second; });
        }
    }
    return result;
}

Symbol* Names::resolve(
    PackId from, std::string_view text, Span span, SymbolKinds kinds, std::string_view expected) {
    std::vector<Symbol*> found = find(from, text, kinds);
    if (found.size() > 1) {
        // A pack's own rule comes before one of the same name that it merely sees.
        const auto own = std::find_if(
            found.begin(), found.end(), [&](const Symbol* symbol) { return symbol->pack == from; });
        if (own != found.end()) {
            return *own;
        }
        auto builder = sink_.report(DiagnosticKind::AmbiguousName, span, {text});
        for (const Symbol* symbol : found) {
            builder.label(symbol->span, "`" + qualified(*symbol) + "`");
        }
        builder.help("write the pack's name before it, such as `" + qualified(*found.front()) +
                     "`");
        return nullptr;
    }
    if (found.size() == 1) {
        return found.front();
    }
    const std::vector<Symbol*> others = find(from, text, kEverything);
    if (!others.empty()) {
        sink_
            .report(DiagnosticKind::WrongKindOfName,
                    span,
                    {text, inWords(others.front()->kind), expected})
            .label(others.front()->span, "declared here");
        return nullptr;
    }
    reportUnknown(from, text, span, kinds);
    return nullptr;
}

void Names::reportUnknown(PackId from,
                          std::string_view text,
                          Span span,
                          SymbolKinds kinds,
                          const std::vector<std::string>& further) {
    auto builder = sink_.report(DiagnosticKind::UnknownName, span, {text});
    const auto [begin, end] = byName_.equal_range(text);
    for (auto place = begin; place != end; ++place) {
        const Symbol& symbol = symbols_[place->second];
        if (kinds.has(symbol.kind)) {
            builder.label(symbol.span, "declared in a pack that this one does not use")
                .help("add `uses " + packNames_[symbol.pack] + "` to the pack's head");
            return;
        }
    }
    std::vector<std::string> known = further;
    for (const Symbol& symbol : symbols_) {
        if (kinds.has(symbol.kind) && visible(from, symbol.pack)) {
            known.push_back(symbol.name);
        }
    }
    if (const auto near = nearestName(text, known)) {
        builder.help("did you mean `" + std::string(*near) + "`?");
    } else if (kinds.has(SymbolKind::Finding) && !kinds.has(SymbolKind::Rule)) {
        // Who writes a first rule has not met the declaration yet.
        builder.help("declare what it says, outside of the rule: `finding " + std::string(text) +
                     " violation \"what is wrong\"` (or `warning`, or `notice`)");
    }
}

}  // namespace proviso::check

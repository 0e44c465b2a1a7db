#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::check {

using typed::kNone;
using typed::PackId;

enum class SymbolKind : std::uint8_t {
    Enumeration,
    Scale,
    Codes,
    Record,
    Grouping,
    Collect,
    Parameter,
    Table,
    Finding,
    Rule,
    Exception,
    Sample,
};

/// "a parameter", "a rule".
[[nodiscard]] std::string_view inWords(SymbolKind kind);

/// Several kinds as one value.
class SymbolKinds {
  public:
    constexpr SymbolKinds(std::initializer_list<SymbolKind> kinds) {
        for (const SymbolKind kind : kinds) {
            bits_ |= 1U << static_cast<unsigned>(kind);
        }
    }
    [[nodiscard]] constexpr bool has(SymbolKind kind) const {
        return ((bits_ >> static_cast<unsigned>(kind)) & 1U) != 0;
    }

  private:
    std::uint32_t bits_ = 0;
};

/// Something a pack declares by name, other than a member of a record.
struct Symbol {
    SymbolKind kind{};
    PackId pack = kNone;
    std::string name;
    Span span;
    const ast::ItemNode* node = nullptr;
    /// Into the vector of its kind in `Program` (records, groupings and collects: their space),
    /// once declared.
    std::uint32_t index = kNone;
};

/// Packs and what they declare. A pack sees its own names and those of the packs it uses,
/// transitively; a name qualified by its pack is seen everywhere.
class Names {
  public:
    /// Takes the packs in the order of their ids and reports unknown, repeated packs and names
    /// declared twice.
    Names(const std::vector<const ast::Pack*>& packs, DiagnosticSink& sink);

    [[nodiscard]] bool visible(PackId from, PackId pack) const { return visible_[from][pack]; }
    [[nodiscard]] const std::string& packName(PackId pack) const { return packNames_[pack]; }
    /// "pack.name".
    [[nodiscard]] std::string qualified(const Symbol& symbol) const;

    /// Everything that `text`, bare or qualified, may mean for `from`.
    [[nodiscard]] std::vector<Symbol*> find(PackId from, std::string_view text, SymbolKinds kinds);

    /// The one thing of these kinds that `text` means; otherwise reports and gives nothing.
    /// `expected` completes "x is a rule, not ...".
    Symbol* resolve(PackId from,
                    std::string_view text,
                    Span span,
                    SymbolKinds kinds,
                    std::string_view expected);

    /// Reports that `text` names nothing, with the nearest of what is seen and of `further`.
    void reportUnknown(PackId from,
                       std::string_view text,
                       Span span,
                       SymbolKinds kinds,
                       const std::vector<std::string>& further = {});

    [[nodiscard]] std::vector<Symbol>& symbols() { return symbols_; }

  private:
    void declareItems(PackId pack, const ast::Pack& ast);
    void declare(SymbolKind kind, PackId pack, const ast::Name& name, const ast::ItemNode& node);
    void resolveUses(const std::vector<const ast::Pack*>& packs);
    void reportHidden();

    DiagnosticSink& sink_;
    std::vector<std::string> packNames_;
    std::map<std::string, PackId, std::less<>> packByName_;
    std::vector<std::vector<bool>> visible_;
    std::vector<Symbol> symbols_;
    std::multimap<std::string, std::size_t, std::less<>> byName_;
};

}  // namespace proviso::check

#pragma once

#include "tests/differential/world.h"

#include <string>
#include <utility>
#include <vector>

namespace proviso::differential {

/// Writes the declarations of a pack set: `core` with the words and definitions, and one pack a
/// layer with the rules.
class PackWriter {
  public:
    explicit PackWriter(World& world) : world_(world), random_(world.random), expressions_(world) {}

    std::vector<GeneratedPack> write();

  private:
    struct Value {
        ValueType type;
        std::size_t space = 0;
    };

    void vocabulary();
    void records();
    std::string fields(Space& space, const std::string& prefix, int count);
    std::string handling(Space& space);
    void groupings();
    void addGrouping(const std::string& name,
                     std::size_t record,
                     const std::vector<std::string>& keys,
                     const std::vector<std::string>& order);
    void collectInstants();
    void parameters();
    void tables();
    void oneTable(bool unique);
    void derive();
    void define();
    void sumsOfSums();
    void collectKeyed();
    void collectRows();
    void apportion();
    void decision();
    void finding();
    void outputs();

    void contribute(const std::string& name,
                    std::size_t space,
                    const std::string& kind,
                    const ValueType& type,
                    std::size_t ref);
    std::string ruleHead(std::size_t space, Scope& scope, std::string& target, bool forFinding);
    void exceptions(const std::string& pack,
                    const std::string& rule,
                    const Scope& scope,
                    const std::string& instead);
    std::string action(const std::string& name,
                       const std::string& kind,
                       const std::string& target,
                       const ValueType& type,
                       std::size_t ref,
                       const Scope& scope);
    std::string because(const Scope& scope, int percent);
    std::string period();
    std::string locals(Scope& scope);
    std::vector<std::string> consecutivePeriods(bool open);
    ValueType anyType();
    ValueType quantity();
    Scope scopeOf(std::size_t space);
    std::size_t anySpace();

    void core(const std::string& text) { packs_[0].items.push_back({text, false}); }
    GeneratedPack& lawPack() { return packs_[1 + random_.below(packs_.size() - 1)]; }

    World& world_;
    Random& random_;
    ExpressionWriter expressions_;
    std::vector<GeneratedPack> packs_;
};

}  // namespace proviso::differential

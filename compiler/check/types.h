#pragma once

#include "compiler/check/context.h"

#include <optional>
#include <string>

namespace proviso::check {

inline constexpr Type kYesNo{TypeKind::YesNo};
inline constexpr Type kCount{TypeKind::Number};
inline constexpr Type kMoney{TypeKind::Money, 2};
inline constexpr Type kMinutes{TypeKind::Minutes};
inline constexpr Type kDays{TypeKind::Days};
inline constexpr Type kDate{TypeKind::Date};
inline constexpr Type kText{TypeKind::Text};

/// Decimals of a `percent`: 12.5% is 0.1250.
inline constexpr int kPercentScale = 4;

/// The type as an analyst says it: "an amount of money", "a count", "a `colour`".
[[nodiscard]] std::string inWords(const typed::Program& program, Type type);

/// Money, minutes, days and plain numbers: what can be added up.
[[nodiscard]] constexpr bool isQuantity(TypeKind kind) {
    return kind == TypeKind::Number || kind == TypeKind::Money || kind == TypeKind::Minutes ||
           kind == TypeKind::Days;
}
[[nodiscard]] constexpr bool isOrdered(TypeKind kind) {
    return isQuantity(kind) || kind == TypeKind::Date;
}
/// Equal but for the number of decimals.
[[nodiscard]] constexpr bool sameKind(Type a, Type b) {
    const auto plain = [](TypeKind kind) {
        return kind == TypeKind::Attestation ? TypeKind::YesNo : kind;
    };
    return plain(a.kind) == plain(b.kind) && a.ref == b.ref;
}

/// What a name of a type stands for.
struct NamedType {
    Type type;                 ///< of the element, for lists and sets
    Symbol* record = nullptr;  ///< the type is a record; `type` then means nothing
};

/// Resolves the name of a plain type or of the element of a list or set, and its decimals; reports
/// and gives nothing when wrong.
std::optional<NamedType> resolveTypeName(Context& context, PackId pack, const ast::TypeName& name);

/// A plain type that one value can have: no record, list, set or scale.
std::optional<Type> resolveValueType(Context& context, PackId pack, const ast::TypeName& name);

/// As `resolveValueType`, but a set of codes and a scale are fine too: for decisions and slots of
/// findings.
std::optional<Type> resolveDecisionType(Context& context, PackId pack, const ast::TypeName& name);

}  // namespace proviso::check

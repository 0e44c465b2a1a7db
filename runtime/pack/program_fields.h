#pragma once

#include "runtime/bytecode/op_info.h"
#include "runtime/bytecode/program.h"

#include <cstdint>
#include <type_traits>

/// The fields of every struct of a program, for reading and writing alike. A field added to one of
/// them stops the build here until it is named, and kFileFormat or bytecode::kFormatVersion raised.
namespace proviso::pack {

// The binding counts the fields: it must name all of them.
#define PROVISO_FIELDS(Struct, ...)                                                                \
    template <class Visitor, class Object>                                                         \
        requires std::is_same_v<std::remove_const_t<Object>, Struct>                               \
    void fieldsOf(Visitor& visitor_, Object& object_) {                                            \
        auto& [__VA_ARGS__] = object_;                                                             \
        visitor_(__VA_ARGS__);                                                                     \
    }

// clang-format off
PROVISO_FIELDS(Type, kind, scale, ref)
PROVISO_FIELDS(SchemaField, name, path, type, required, isSigned, isPrivate, absentMeans)
PROVISO_FIELDS(SchemaSpace, name, listName, path, parent, scalar, required, atMost, fields)
PROVISO_FIELDS(SchemaEnumeration, name, members)
PROVISO_FIELDS(SchemaCodes, name, open, members)
PROVISO_FIELDS(Schema, spaces, enumerations, codes, keyField, correctedBy, voidedBy)
PROVISO_FIELDS(bytecode::Instruction, op, mode, type, space, target, index, immediate, operands)
PROVISO_FIELDS(bytecode::InForcePeriod, from, through, published)
PROVISO_FIELDS(bytecode::DatedValue, period, value, sources)
PROVISO_FIELDS(bytecode::Parameter, name, type, values, sources)
PROVISO_FIELDS(bytecode::CodeSet::Entry, text, from, through)
PROVISO_FIELDS(bytecode::CodeSet, name, base, entries)
PROVISO_FIELDS(bytecode::Scale::Accepts, from, through, facts)
PROVISO_FIELDS(bytecode::Scale::Step, name, accepts, sources)
PROVISO_FIELDS(bytecode::Scale, name, enumeration, steps)
PROVISO_FIELDS(bytecode::Table::Cell, test, values)
PROVISO_FIELDS(bytecode::Table::Result, unknown, why, value)
PROVISO_FIELDS(bytecode::Table::Row, cells, results, period, source)
PROVISO_FIELDS(bytecode::Table, name, given, gives, firstHit, rows, sources)
PROVISO_FIELDS(bytecode::WindowInfo, hasMask, compares, dates, orders, upTo, upToOrders, since, lastRows)
PROVISO_FIELDS(bytecode::Shown, name, type, value, members, date, decision)
PROVISO_FIELDS(bytecode::TextPart, text, shown, slot)
PROVISO_FIELDS(bytecode::SpaceInfo, kind, name, listName, parent, toParent, exists, rank, membership,
               complete, partitionClass, first, second, columns)
PROVISO_FIELDS(bytecode::Clause, kind, text, value, type, members, detail, children, link)
PROVISO_FIELDS(bytecode::Effect, kind, guard, exception, row, decision, member, value, finding, slots,
               atStake, because, place)
PROVISO_FIELDS(bytecode::ExceptionInfo, name, label, sources, applies, waives, because, clause, place)
PROVISO_FIELDS(bytecode::RuleInfo, name, pack, layer, label, sources, space, applies, inForce, exceptions,
               effects, clause, period, place, cost, weights)
PROVISO_FIELDS(bytecode::DecisionInfo::Contribution, rule, effect, guard, value)
PROVISO_FIELDS(bytecode::DecisionInfo, name, shortName, label, space, combination, shown, contributions)
PROVISO_FIELDS(bytecode::FindingInfo, name, severity, title, slots, remedy)
PROVISO_FIELDS(bytecode::OutputInfo, name, space, rows, link, columns, choices)
PROVISO_FIELDS(bytecode::PartitionClass, name, keys)
PROVISO_FIELDS(bytecode::PackInfo, name, version, title, layer, digest)
PROVISO_FIELDS(bytecode::Program, schema, texts, periods, datedLists, parameters, codeSets, scales, tables,
               spaces, code, rules, decisions, findings, outputs, clauses, packs, digest, classes, windows,
               outcomes, outcomesSpace)
// clang-format on
#undef PROVISO_FIELDS

/// The last member of each enumeration that a program holds.
template <class Enumeration>
inline constexpr Enumeration kLastOf = Enumeration::No_last_member_is_named;
template <>
inline constexpr TypeKind kLastOf<TypeKind> = TypeKind::None;
template <>
inline constexpr auto kLastOf<bytecode::Table::Cell::Test> = bytecode::Table::Cell::Test::Below;
template <>
inline constexpr auto kLastOf<decltype(bytecode::WindowInfo::upTo)> =
    decltype(bytecode::WindowInfo::upTo)::Exclusive;
template <>
inline constexpr auto kLastOf<bytecode::SpaceInfo::Kind> = bytecode::SpaceInfo::Kind::Covers;
template <>
inline constexpr auto kLastOf<bytecode::Clause::Kind> = bytecode::Clause::Kind::Set;
template <>
inline constexpr auto kLastOf<bytecode::Effect::Kind> = bytecode::Effect::Kind::Report;
template <>
inline constexpr auto kLastOf<bytecode::Combination> = bytecode::Combination::ExactlyOne;
template <>
inline constexpr auto kLastOf<bytecode::Severity> = bytecode::Severity::Notice;

template <class Enumeration>
bool isMember(std::underlying_type_t<Enumeration> number) {
    if constexpr (std::is_same_v<Enumeration, bytecode::Op>) {
        return bytecode::findOp(static_cast<bytecode::Op>(number)) != nullptr;
    } else {
        return number <= static_cast<std::underlying_type_t<Enumeration>>(kLastOf<Enumeration>);
    }
}

}  // namespace proviso::pack

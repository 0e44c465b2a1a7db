#include "runtime/engine/collect.h"
#include "runtime/engine/sort_few.h"

#include <algorithm>
#include <tuple>

namespace proviso::engine {

namespace {

/// The lists of all parts, one after the other, in the arena.
template <class Thing>
std::span<Thing>
joined(std::span<const PartView> parts, std::span<const Thing> RecordView::* list, Arena& arena) {
    std::size_t count = 0;
    for (const PartView& part : parts) {
        count += (part.result.*list).size();
    }
    const std::span<Thing> all = arena.list<Thing>(count);
    auto next = all.begin();
    for (const PartView& part : parts) {
        next = std::copy((part.result.*list).begin(), (part.result.*list).end(), next);
    }
    return all;
}

template <class Thing, class Names>
std::span<Thing> sorted(std::span<Thing> things, Names names) {
    sortFew(things, [&](const Thing& a, const Thing& b) { return names(a) < names(b); });
    return things;
}

/// Several rows of a rule may say the same about one row above them.
template <class Thing, class Same>
std::span<Thing> unique(std::span<Thing> things, Same same) {
    const auto end = std::unique(things.begin(), things.end(), same);
    return things.first(static_cast<std::size_t>(end - things.begin()));
}

bool less(TextList a, TextList b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

std::span<const UndeterminedView> inOrder(std::span<UndeterminedView> all) {
    const auto names = [](const UndeterminedView& one) { return std::tie(one.rule, one.on); };
    sortFew(all, [&](const UndeterminedView& a, const UndeterminedView& b) {
        const auto order = names(a) <=> names(b);
        return order != 0 ? order < 0 : less(a.missing, b.missing);
    });
    return unique(all, [&](const UndeterminedView& a, const UndeterminedView& b) {
        return names(a) == names(b) &&
               std::equal(a.missing.begin(), a.missing.end(), b.missing.begin(), b.missing.end());
    });
}

std::span<const ErrorView> inOrder(std::span<ErrorView> all) {
    const auto names = [](const ErrorView& one) { return std::tie(one.rule, one.on, one.code); };
    return unique(sorted(all, names),
                  [&](const ErrorView& a, const ErrorView& b) { return names(a) == names(b); });
}

}  // namespace

PartView StageParts::of(std::uint32_t record) const {
    return {{keys.empty() ? std::string_view() : keys[record],
             outputs.of(record),
             findings.of(record),
             undetermined.of(record),
             errors.of(record),
             decided.of(record),
             0,
             !besideRejected.empty() && besideRejected[record] != 0},
            tooLarge};
}

RecordView mergeParts(std::span<const PartView> parts, Arena& arena) {
    for (const PartView& part : parts) {
        if (part.tooLarge) {
            RecordView alone = part.result;
            alone.key = parts.front().result.key;
            return alone;
        }
    }
    RecordView whole;
    whole.key = parts.front().result.key;
    whole.outputs = sorted(joined(parts, &RecordView::outputs, arena),
                           [](const OutputView& one) { return one.name->number; });
    whole.findings =
        sorted(joined(parts, &RecordView::findings, arena),
               [](const FindingView& one) { return std::tie(one.code, one.on, one.rule); });
    whole.undetermined = inOrder(joined(parts, &RecordView::undetermined, arena));
    whole.errors = inOrder(joined(parts, &RecordView::errors, arena));
    // By name and place; of equal ones, by number.
    whole.decided = sorted(joined(parts, &RecordView::decided, arena), [](const DecidedView& one) {
        return std::tie(one.name->text, one.name->on, one.name->number);
    });
    for (const PartView& part : parts) {
        whole.besideRejected |= part.result.besideRejected;
    }
    return whole;
}

}  // namespace proviso::engine

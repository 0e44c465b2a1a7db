#include "runtime/engine/choice_lists.h"

#include <algorithm>

namespace proviso::engine {

namespace {

bool same(TextList a, TextList b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool same(const ValueView& a, const ValueView& b) {
    const OpenView& x = a.more();
    const OpenView& y = b.more();
    return a.state == b.state && a.text() == b.text() && x.atLeast == y.atLeast &&
           x.atMost == y.atMost && same(x.members, y.members) && same(x.open, y.open) &&
           same(x.missing, y.missing) && same(x.errors, y.errors);
}

bool same(RowList a, RowList b) {
    return std::equal(
        a.begin(), a.end(), b.begin(), b.end(), [](const RowView& x, const RowView& y) {
            return x.certain == y.certain &&
                   std::equal(x.values.begin(),
                              x.values.end(),
                              y.values.begin(),
                              y.values.end(),
                              [](const auto& p, const auto& q) { return same(p, q); });
        });
}

}  // namespace

void addChoice(ListView& list, RowList rows, Arena& arena) {
    const bool isKnown = same(list.rows, rows) ||
                         std::any_of(list.choices.begin(),
                                     list.choices.end(),
                                     [&](const RowList& other) { return same(other, rows); });
    if (isKnown) {
        return;
    }
    const std::span<RowList> more = arena.list<RowList>(list.choices.size() + 1);
    std::copy(list.choices.begin(), list.choices.end(), more.begin());
    more.back() = rows;
    list.choices = more;
}

}  // namespace proviso::engine

#include "runtime/engine/window.h"

#include <algorithm>

namespace proviso::engine {

using bytecode::WindowInfo;

void Window::ask(std::uint32_t a, State wanted) {
    if (asked_.a == a && asked_.wanted == wanted) {
        return;
    }
    asked_ = {};
    asked_.a = a;
    asked_.wanted = wanted;
    const std::uint32_t parent = toParent_.rows[a];
    if (parent == kNoIndex) {
        return;
    }
    for (const std::uint32_t c : frame_.childrenOf(instruction_.operands[1]).of(parent)) {
        const Logical in = base(a, c);
        if (in != kNo) {
            asked_.members.push_back({c, in});
        }
    }
    std::sort(asked_.members.begin(), asked_.members.end(), [&](const Member& x, const Member& y) {
        return isLikelyLater(x.row, y.row);
    });
    if (info_.since) {
        asked_.markers = markersOf(asked_.members);
        asked_.members = membersSince(asked_.members, asked_.markers);
    }
}

void Window::explain(std::uint32_t a, std::uint32_t c, State wanted, Trail& trail) {
    if (isTooLarge(toParent_.rows[a])) {
        trail.error(EvaluationError::Budget);
        return;
    }
    if (needsOrder()) {
        ask(a, wanted);
    }
    explainSince(a, c, wanted, trail);
    if (info_.lastRows == 0 || fewerAfter(asked_.members, c).state != wanted) {
        return;
    }
    for (const Member& other : asked_.members) {
        if (other.row == c || logicalAnd(other.in, compare(other.row, c).after()).state != wanted) {
            continue;
        }
        if (other.in.state == wanted) {
            explainSince(a, other.row, wanted, trail);
        }
        explainAfter(other.row, c, wanted, trail);
    }
}

void Window::explainBase(std::uint32_t a, std::uint32_t c, State wanted, Trail& trail) const {
    if (mask_ != nullptr) {
        trail.visit(maskRegister_, c);
    }
    for (const Comparison& one : comparisons_) {
        if (compareAt(*one.c, c, *one.a, a, one.mode).state == wanted) {
            trail.visit(one.first, c);
            trail.visit(one.second, a);
        }
    }
    if (info_.upTo == WindowInfo::UpTo::None) {
        return;
    }
    const Compared compared = compareRanks(levels_, c, asking_, a, asking_.size());
    if (compared.same() || compared.before().state != wanted) {
        return;
    }
    if (compared.tie()) {
        trail.place(info_.orders[compared.level]);
        return;
    }
    const Level& ours = levels_[compared.level];
    const Level& theirs = asking_[compared.level];
    trail.visit(ours.linkRegister, c);
    trail.visit(ours.rankRegister, c);
    trail.visit(theirs.linkRegister, a);
    trail.visit(theirs.rankRegister, a);
}

/// Why a row is in the window apart from `last rows`; once for each row asked about.
void Window::explainSince(std::uint32_t a, std::uint32_t c, State wanted, Trail& trail) {
    if (needsOrder() && !asked_.explained.insert(c).second) {
        return;
    }
    explainBase(a, c, wanted, trail);
    if (!info_.since || barred(asked_.markers, c).state != wanted) {
        return;
    }
    for (const Member& m : asked_.markers) {
        if (bars(m, c).state != wanted) {
            continue;
        }
        if (m.in.state == wanted) {
            explainBase(a, m.row, wanted, trail);
        }
        trail.visit(markerRegister_, m.row);
        if (m.row != c) {
            explainAfter(m.row, c, wanted, trail);
        }
    }
}

void Window::explainAfter(std::uint32_t m, std::uint32_t c, State wanted, Trail& trail) const {
    const Compared compared = compare(m, c);
    if (compared.same() || compared.after().state != wanted) {
        return;
    }
    const Level& level = levels_[compared.level];
    if (compared.tie()) {
        trail.place(info_.orders[compared.level]);
        return;
    }
    for (const std::uint32_t row : {m, c}) {
        trail.visit(level.linkRegister, row);
        trail.visit(level.rankRegister, row);
    }
}

}  // namespace proviso::engine

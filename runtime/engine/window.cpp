#include "runtime/engine/window.h"

#include "runtime/engine/sort_few.h"

#include <algorithm>

namespace proviso::engine {

using bytecode::WindowInfo;

WindowOperands::WindowOperands(const Frame& frame,
                               const Instruction& instruction,
                               WindowMemory& memory)
    : frame_(frame), instruction_(instruction),
      info_(frame.program.windows[static_cast<std::size_t>(instruction.immediate)]),
      toParent_(frame.linkOperand(instruction, 0)), looked_(frame.linkOperand(instruction, 1)),
      comparisons_(memory.comparisons), levels_(memory.levels), asking_(memory.asking) {
    comparisons_.clear();
    levels_.clear();
    asking_.clear();
    const std::vector<Register>& operands = instruction.operands;
    std::size_t next = 2;
    if (info_.hasMask) {
        maskRegister_ = operands[next++];
        mask_ = &frame.column(maskRegister_);
    }
    // What tests equality leaves fewer rows than what tests order.
    std::size_t equalities = 0;
    const auto addComparison = [&](Register c, Register a, std::uint8_t mode) {
        const auto place = mode == 0
                               ? comparisons_.begin() + static_cast<std::ptrdiff_t>(equalities++)
                               : comparisons_.end();
        comparisons_.insert(place, {c, a, &frame.column(c), &frame.column(a), mode});
    };
    for (const std::uint8_t mode : info_.compares) {
        addComparison(operands[next], operands[next + 1], mode);
        next += 2;
    }
    for (std::uint32_t date = 0; date < info_.dates; ++date) {
        addComparison(operands[next], operands[next + 1], 5);
        addComparison(operands[next], operands[next + 2], 3);
        date_ = &frame.column(operands[next]);
        from_ = &frame.column(operands[next + 1]);
        through_ = &frame.column(operands[next + 2]);
        next += 3;
    }
    equal_ = comparisons_.empty() || comparisons_[0].mode != 0 ? nullptr : comparisons_.data();
    for (std::size_t level = 0; level < info_.orders.size(); ++level) {
        levels_.push_back(levelAt(frame, instruction, next));
        next += 2;
        if (level < info_.upToOrders) {
            asking_.push_back(levelAt(frame, instruction, next));
            next += 2;
        }
    }
    if (info_.since) {
        markerRegister_ = operands[next];
        marker_ = &frame.column(markerRegister_);
    }
}

Logical Window::upTo(std::uint32_t a, std::uint32_t c) const {
    const Compared compared = compareRanks(levels_, c, asking_, a, asking_.size());
    return compared.same() ? Logical{State::Value, info_.upTo == WindowInfo::UpTo::Inclusive}
                           : compared.before();
}

Logical Window::base(std::uint32_t a, std::uint32_t c) const {
    Logical in = mask_ != nullptr ? logicalAt(*mask_, c) : kYes;
    for (const Comparison& one : comparisons_) {
        if (in == kNo) {
            return in;
        }
        in = logicalAnd(in, compareAt(*one.c, c, *one.a, a, one.mode));
    }
    if (in != kNo && info_.upTo != WindowInfo::UpTo::None) {
        in = logicalAnd(in, upTo(a, c));
    }
    return in;
}

Logical Window::bars(const Member& m, std::uint32_t c) const {
    const Logical marked = logicalAnd(m.in, logicalAt(*marker_, m.row));
    if (marked == kNo || m.row == c) {
        return counts(marked) ? marked : kNo;
    }
    const Logical both = logicalAnd(marked, compare(m.row, c).after());
    return counts(both) ? both : kNo;
}

void Window::Later::count(Logical one) {
    if (one.state == State::Error) {
        ++wrong;
    } else if (one.state == State::Unknown) {
        ++unknown;
    } else if (one.yes) {
        ++certain;
    }
}

Logical Window::Later::fewerThan(std::int64_t most) const {
    if (certain >= most) {
        return kNo;
    }
    if (certain + unknown + wrong < most) {
        return kYes;
    }
    return wrong > 0 ? kError : kUnknown;
}

// ---- building -----------------------------------------------------------------------------------

bool Window::build(RegisterData& data, std::uint32_t maximumRows, const RunningSpans* spans) {
    data.ownRows.clear();
    data.second.clear();
    data.exists.clear();
    if (spans != nullptr && spans->all) {
        return true;
    }
    prepare();
    const std::uint32_t asking = frame_.rowCounts[instruction_.index];
    for (std::uint32_t a = 0; a < asking; ++a) {
        const std::uint32_t parent = toParent_.rows[a];
        if (parent == kNoIndex || (spans != nullptr && spans->isSpan[a] != 0)) {
            continue;
        }
        taken_.clear();
        if (isTooLarge(parent)) {
            const Register looked = instruction_.operands[1];
            taken_.push_back({frame_.childrenOf(looked).of(parent).front(), kError});
        } else if (!needsOrder()) {
            takeAll(a, parent);
        } else if (sorted_[parent] != 0) {
            takeSorted(a, parent);
        } else {
            takePairwise(a, parent);
        }
        if (data.ownRows.size() + taken_.size() > maximumRows) {
            return false;
        }
        for (const Member& one : taken_) {
            data.ownRows.push_back(a);
            data.second.push_back(one.row);
            data.exists.push_back(one.in.state);
        }
    }
    return true;
}

bool WindowOperands::isTooLarge(std::uint32_t parent) const {
    const std::uint64_t asking = frame_.rowCounts[instruction_.index];
    const std::uint64_t looked = frame_.registers[instruction_.operands[1]].rows.size();
    // Usually there are few rows in all, and nothing need be counted.
    return asking * looked > kMostPairs &&
           frame_.childrenOf(instruction_.operands[0]).of(parent).size() *
                   frame_.childrenOf(instruction_.operands[1]).of(parent).size() >
               kMostPairs;
}

void Window::prepare() {
    const Register link = instruction_.operands[1];
    const std::span<const std::uint32_t> parents = frame_.registers[link].rows;
    const std::uint32_t count = frame_.targetRows(link);
    const auto isCandidate = [&](std::uint32_t c) {
        return parents[c] != kNoIndex && (mask_ == nullptr || logicalAt(*mask_, c) != kNo);
    };
    offsets_.assign(std::size_t{count} + 2, 0);
    for (std::uint32_t c = 0; c < parents.size(); ++c) {
        if (isCandidate(c)) {
            ++offsets_[std::size_t{parents[c]} + 2];
        }
    }
    for (std::size_t index = 2; index < offsets_.size(); ++index) {
        offsets_[index] += offsets_[index - 1];
    }
    candidates_.resize(offsets_.back());
    for (std::uint32_t c = 0; c < parents.size(); ++c) {
        if (isCandidate(c)) {
            candidates_[offsets_[std::size_t{parents[c]} + 1]++] = c;
        }
    }
    offsets_.pop_back();
    sorted_.assign(count, 0);
    if (needsOrder()) {
        sortByRank();
    } else if (equal_ != nullptr || date_ != nullptr) {
        sortByProbe();
    }
}

void Window::sortByProbe() {
    const auto isKnown = [](const ColumnData* column, std::uint32_t c) {
        return column == nullptr || column->state(c) == State::Value;
    };
    const ColumnData* const key = equal_ == nullptr ? nullptr : equal_->c;
    for (std::size_t parent = 0; parent < sorted_.size(); ++parent) {
        const auto begin = candidates_.begin() + offsets_[parent];
        const auto end = candidates_.begin() + offsets_[parent + 1];
        // Looking a few rows through is as fast.
        constexpr std::ptrdiff_t kFew = 8;
        if (end - begin < kFew ||
            !std::all_of(
                begin,
                end,
                [&](std::uint32_t c) { return isKnown(key, c) && isKnown(date_, c); })) {
            continue;
        }
        std::sort(begin, end, [&](std::uint32_t x, std::uint32_t y) {
            if (key != nullptr && key->values[x] != key->values[y]) {
                return key->values[x] < key->values[y];
            }
            if (date_ != nullptr && date_->values[x] != date_->values[y]) {
                return date_->values[x] < date_->values[y];
            }
            return x < y;
        });
        sorted_[parent] = 1;
    }
}

std::span<const std::uint32_t> Window::probe(std::uint32_t a, std::uint32_t parent) const {
    std::span<const std::uint32_t> rows = candidatesOf(parent);
    if (sorted_[parent] == 0) {
        return rows;
    }
    const auto keep = [&](const ColumnData& column, std::int64_t low, std::int64_t high) {
        const auto first = std::partition_point(
            rows.begin(), rows.end(), [&](std::uint32_t c) { return column.values[c] < low; });
        const auto last = std::partition_point(
            first, rows.end(), [&](std::uint32_t c) { return column.values[c] <= high; });
        rows = rows.subspan(static_cast<std::size_t>(first - rows.begin()),
                            static_cast<std::size_t>(last - first));
    };
    if (equal_ != nullptr) {
        if (equal_->a->state(a) != State::Value) {
            return rows;
        }
        keep(*equal_->c, equal_->a->values[a], equal_->a->values[a]);
    }
    if (date_ != nullptr && from_->state(a) == State::Value && through_->state(a) == State::Value) {
        keep(*date_, from_->values[a], through_->values[a]);
    }
    return rows;
}

/// Whether rows of one level always have one rank, so that the order is one from first to last.
/// False only in programs that nobody means.
bool Window::isOrderly() const {
    for (const Level& level : levels_) {
        std::vector<std::int64_t>& ranks = levelRanks_;
        ranks.assign(frame_.targetRows(level.linkRegister), INT64_MIN);
        for (const std::uint32_t c : candidates_) {
            if (level.link->state(c) != State::Value || level.rank->state(c) != State::Value) {
                continue;
            }
            std::int64_t& known = ranks[level.link->rows[c]];
            if (known != INT64_MIN && known != level.rank->values[c]) {
                return false;
            }
            known = level.rank->values[c];
        }
    }
    return true;
}

/// An order of its own in which the rows that come last stand first, as far as that is known, so
/// that what has enough rows after it is soon found out.
bool Window::isLikelyLater(std::uint32_t x, std::uint32_t y) const {
    const auto rankOf = [](const Level& level, std::uint32_t c) {
        return level.rank->state(c) == State::Value ? level.rank->values[c] : INT64_MAX;
    };
    for (const Level& level : levels_) {
        const std::int64_t rankX = rankOf(level, x);
        const std::int64_t rankY = rankOf(level, y);
        if (rankX != rankY) {
            return rankX > rankY;
        }
    }
    return x < y;
}

/// Puts the rows of each parent in which all is known and nothing ties into the order of the ranks.
void Window::sortByRank() {
    const auto likelyLater = [&](std::uint32_t x, std::uint32_t y) { return isLikelyLater(x, y); };
    comesByRank_ = isOrderly();
    if (!comesByRank_) {
        return;
    }
    for (std::size_t parent = 0; parent < sorted_.size(); ++parent) {
        const auto begin = candidates_.begin() + offsets_[parent];
        const auto end = candidates_.begin() + offsets_[parent + 1];
        const bool known = std::all_of(begin, end, [&](std::uint32_t c) {
            return std::all_of(levels_.begin(), levels_.end(), [&](const Level& level) {
                return level.link->state(c) == State::Value && level.rank->state(c) == State::Value;
            });
        });
        if (!known) {
            std::sort(begin, end, likelyLater);
            continue;
        }
        sortFew(std::span(begin, end), [&](std::uint32_t x, std::uint32_t y) {
            for (const Level& level : levels_) {
                const std::int64_t rankX = level.rank->values[x];
                const std::int64_t rankY = level.rank->values[y];
                if (rankX != rankY) {
                    return rankX < rankY;
                }
                if (level.link->rows[x] != level.link->rows[y]) {
                    return level.link->rows[x] < level.link->rows[y];
                }
            }
            return false;
        });
        // Rows that tie stand beside each other now.
        const bool strict = std::adjacent_find(begin, end, [&](std::uint32_t x, std::uint32_t y) {
                                return !compare(y, x).after().yes;
                            }) == end;
        sorted_[parent] = strict ? 1 : 0;
        if (!strict) {
            std::sort(begin, end, likelyLater);
        }
    }
}

void Window::takeAll(std::uint32_t a, std::uint32_t parent) {
    const bool ordered = needsOrder();
    for (const std::uint32_t c : ordered ? candidatesOf(parent) : probe(a, parent)) {
        const Logical in = base(a, c);
        // What is not applicable may still become unknown by what `since` and `last rows` say, or
        // by what is asked of the pairs later (mode 1).
        if (ordered ? in != kNo : stays(in)) {
            taken_.push_back({c, in});
        }
    }
    if (!ordered && sorted_[parent] != 0) {
        sortTaken();
    }
}

void Window::sortTaken() {
    std::sort(taken_.begin(), taken_.end(), [](const Member& x, const Member& y) {
        return x.row < y.row;
    });
}

/// From the last row backwards, until no row before can be in the window.
void Window::takeSorted(std::uint32_t a, std::uint32_t parent) {
    Logical barred = kNo;
    Later later;
    std::span<const std::uint32_t> rows = candidatesOf(parent);
    if (!asking_.empty() && asking_[0].link->state(a) == State::Value &&
        asking_[0].rank->state(a) == State::Value) {
        // Rows that rank higher at the outermost level come after the asking row.
        const auto last = std::partition_point(rows.begin(), rows.end(), [&](std::uint32_t c) {
            return levels_[0].rank->values[c] <= asking_[0].rank->values[a];
        });
        rows = rows.first(static_cast<std::size_t>(last - rows.begin()));
    }
    for (std::size_t index = rows.size(); index > 0; --index) {
        const std::uint32_t c = rows[index - 1];
        Logical in = base(a, c);
        if (in == kNo) {
            continue;
        }
        if (info_.since) {
            const Logical marked = logicalAnd(in, logicalAt(*marker_, c));
            barred = logicalOr(barred, counts(marked) ? marked : kNo);
            if (barred.yes) {
                break;
            }
            in = logicalAnd(in, logicalNot(barred));
        }
        if (info_.lastRows > 0) {
            const Logical fewer = later.fewerThan(info_.lastRows);
            if (fewer == kNo) {
                break;
            }
            later.count(in);
            in = logicalAnd(in, fewer);
        }
        if (stays(in)) {
            taken_.push_back({c, in});
        }
    }
    sortTaken();
}

/// Where rows tie or their rank is not known.
void Window::takePairwise(std::uint32_t a, std::uint32_t parent) {
    takeAll(a, parent);
    if (info_.since) {
        members_ = membersSince(taken_, markersOf(taken_));
        taken_.swap(members_);
    }
    members_.swap(taken_);
    taken_.clear();
    for (const Member& c : members_) {
        Logical in = c.in;
        if (info_.lastRows > 0) {
            in = logicalAnd(in, fewerAfter(members_, c.row));
        }
        if (stays(in)) {
            taken_.push_back({c.row, in});
        }
    }
    sortTaken();
}

Logical Window::fewerAfter(const std::vector<Member>& members, std::uint32_t c) const {
    Later later;
    for (const Member& other : members) {
        if (other.row != c) {
            later.count(logicalAnd(other.in, compare(other.row, c).after()));
            if (later.certain >= info_.lastRows) {
                break;
            }
        }
    }
    return later.fewerThan(info_.lastRows);
}

Logical Window::barred(const std::vector<Member>& members, std::uint32_t c) const {
    const auto isBefore = [&](std::uint32_t m) {
        const ColumnData& rank = *levels_[0].rank;
        return rank.state(m) == State::Value && rank.state(c) == State::Value &&
               rank.values[m] < rank.values[c];
    };
    Logical barred = kNo;
    for (const Member& m : members) {
        // Those behind it in the list do not come later.
        if (comesByRank_ && isBefore(m.row)) {
            break;
        }
        barred = logicalOr(barred, bars(m, c));
        if (barred.yes) {
            break;
        }
    }
    return barred;
}

std::vector<Window::Member> Window::markersOf(const std::vector<Member>& members) const {
    std::vector<Member> markers;
    for (const Member& m : members) {
        if (logicalAnd(m.in, logicalAt(*marker_, m.row)) != kNo) {
            markers.push_back(m);
        }
    }
    return markers;
}

std::vector<Window::Member> Window::membersSince(const std::vector<Member>& members,
                                                 const std::vector<Member>& markers) const {
    std::vector<Member> since;
    for (const Member& c : members) {
        const Logical in = logicalAnd(c.in, logicalNot(barred(markers, c.row)));
        if (in != kNo) {
            since.push_back({c.row, in});
        }
    }
    return since;
}

}  // namespace proviso::engine

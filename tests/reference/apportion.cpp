// Largest remainder, with all its equally right outcomes.

#include "runtime/values/decimal.h"
#include "tests/reference/machine.h"

#include <algorithm>

namespace proviso::reference {

using namespace typed;

namespace {

constexpr std::int64_t kMostOutcomes = 16;

/// All k-subsets of 0..n-1 in lexicographic order, the first kMostOutcomes of them.
std::vector<std::vector<std::size_t>> subsets(std::size_t n, std::size_t k) {
    std::vector<std::vector<std::size_t>> found;
    std::vector<std::size_t> current(k);
    for (std::size_t index = 0; index < k; ++index) {
        current[index] = index;
    }
    while (static_cast<std::int64_t>(found.size()) < kMostOutcomes) {
        found.push_back(current);
        // The last place that can still move on, and everything after it as small as can be.
        std::size_t place = k;
        while (place > 0 && current[place - 1] == n - k + place - 1) {
            --place;
        }
        if (place == 0) {
            break;
        }
        ++current[place - 1];
        for (std::size_t later = place; later < k; ++later) {
            current[later] = current[later - 1] + 1;
        }
    }
    return found;
}

struct Taking {
    std::uint32_t row = 0;
    std::int64_t rank = 0;
    Value by;
    Value each;
    std::int64_t base = 0;
    std::int64_t remainder = 0;
};

}  // namespace

Machine::Pool Machine::makePool(const Apportionment& apportionment,
                                std::uint32_t parentRow,
                                std::int64_t choice) {
    Pool pool;
    std::vector<Taking> taking;
    const Value total = evaluate(apportionment.total, {{apportionment.parentBinder, parentRow}});
    std::vector<Value> all{total};
    for (std::uint32_t row = 0; row < rows(apportionment.list).size(); ++row) {
        if (followAll(apportionment.over, row) != parentRow) {
            continue;
        }
        const Environment environment{{apportionment.binder, row},
                                      {apportionment.parentBinder, parentRow}};
        Value mask = rows(apportionment.list)[row].exists;
        if (apportionment.where != kNone) {
            mask = conjunction({mask, evaluate(apportionment.where, environment)});
        }
        if (mask.isNo() || mask.state == State::NotApplicable) {
            pool.shares[row] = Value::notApplicable();
            continue;
        }
        if (!mask.isValue()) {
            all.push_back(mask);
        }
        Taking taker{row,
                     0,
                     evaluate(apportionment.by, environment),
                     evaluate(apportionment.each, environment),
                     0,
                     0};
        if (mask.isValue()) {
            all.push_back(taker.by);
            all.push_back(taker.each);
        }
        taking.push_back(taker);
    }
    const auto give = [&](const Value& value) {
        for (const Taking& taker : taking) {
            pool.shares[taker.row] = value;
        }
        return pool;
    };
    const Value state = propagated(all);
    if (!state.isValue()) {
        return give(state);
    }
    Int128 left = total.value;
    for (Taking& taker : taking) {
        if (taker.each.value <= 0) {
            return give(Value::error(EvaluationError::DivisionByZero));
        }
        if (taker.by.value < 0) {
            return give(Value::error(EvaluationError::PoolDoesNotFit));
        }
        taker.base = taker.by.value / taker.each.value;
        taker.remainder = taker.by.value % taker.each.value;
        left -= taker.base;
    }
    if (left < 0 || left > static_cast<Int128>(taking.size())) {
        return give(Value::error(EvaluationError::PoolDoesNotFit));
    }
    // By the column of `ties`, within the whole list.
    const Type& tiesType = program_.columns[apportionment.ties].type;
    const bool byText = tiesType.kind == TypeKind::Text || tiesType.kind == TypeKind::Code;
    std::stable_sort(taking.begin(), taking.end(), [&](const Taking& a, const Taking& b) {
        const Value left1 = read(apportionment.ties, a.row);
        const Value right1 = read(apportionment.ties, b.row);
        if (!left1.isValue() || !right1.isValue()) {
            return left1.isValue() && !right1.isValue();
        }
        return byText ? text(left1.value) < text(right1.value) : left1.value < right1.value;
    });
    std::stable_sort(taking.begin(), taking.end(), [](const Taking& a, const Taking& b) {
        return a.remainder > b.remainder;
    });
    const auto winners = static_cast<std::size_t>(left);
    std::size_t tiedFrom = 0;
    std::size_t tiedTo = 0;
    if (winners > 0) {
        const std::int64_t cut = taking[winners - 1].remainder;
        while (taking[tiedFrom].remainder > cut) {
            ++tiedFrom;
        }
        tiedTo = tiedFrom;
        while (tiedTo < taking.size() && taking[tiedTo].remainder == cut) {
            ++tiedTo;
        }
    }
    const auto ways = subsets(tiedTo - tiedFrom, winners - tiedFrom);
    pool.outcomes = static_cast<std::int64_t>(ways.size());
    const auto& chosen = ways[static_cast<std::size_t>(choice % pool.outcomes)];
    for (std::size_t index = 0; index < taking.size(); ++index) {
        const bool tiedWinner = index >= tiedFrom && index < tiedTo &&
                                std::count(chosen.begin(), chosen.end(), index - tiedFrom) > 0;
        const bool wins = index < tiedFrom || tiedWinner;
        pool.shares[taking[index].row] = Value::of(taking[index].base + (wins ? 1 : 0));
    }
    return pool;
}

std::int64_t Machine::poolChoice(std::uint32_t apportionment, std::uint32_t parentRow) {
    // Each apportionment of a parent takes its digit of the choice and hands on the rest.
    std::int64_t choice = choice_;
    for (std::uint32_t earlier = 0; earlier < apportionment; ++earlier) {
        if (program_.apportionments[earlier].parent ==
            program_.apportionments[apportionment].parent) {
            choice /= pool(earlier, parentRow).outcomes;
        }
    }
    return choice;
}

const Machine::Pool& Machine::pool(std::uint32_t apportionment, std::uint32_t parentRow) {
    const auto key = std::make_pair(apportionment, parentRow);
    const auto found = pools_.find(key);
    if (found != pools_.end()) {
        return found->second;
    }
    Pool made = makePool(
        program_.apportionments[apportionment], parentRow, poolChoice(apportionment, parentRow));
    return pools_.emplace(key, std::move(made)).first->second;
}

std::int64_t Machine::outcomes(SpaceId space, std::uint32_t row) {
    std::int64_t product = 1;
    for (std::uint32_t index = 0; index < program_.apportionments.size(); ++index) {
        if (program_.apportionments[index].parent == space) {
            product = std::min(kMostOutcomes, product * pool(index, row).outcomes);
        }
    }
    return product;
}

}  // namespace proviso::reference

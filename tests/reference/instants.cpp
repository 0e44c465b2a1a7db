// `one per instant`: the stretches of time between two neighbouring ends, and who covers them.

#include "tests/reference/machine.h"

#include <iterator>
#include <set>

namespace proviso::reference {

using namespace typed;

namespace {

struct Interval {
    std::uint32_t source = 0;
    Value exists;
    Value from;
    Value to;
};

/// Whether an interval with an unknown end covers a stretch: unknown, or no where its other end
/// tells that it does not.
Value covering(const Interval& one, std::int64_t start, std::int64_t finish) {
    const bool startsLater = one.from.isValue() && one.from.value >= finish;
    const bool endsBefore = one.to.isValue() && one.to.value <= start;
    if (startsLater || endsBefore) {
        return Value::yesNo(false);
    }
    return conjunction({one.exists, propagated({one.from, one.to})});
}

/// Whether an interval is so wrong that nothing can be said about when it is.
bool isBad(const Interval& one) {
    return one.from.isError() || one.to.isError() ||
           (one.from.isValue() && one.to.isValue() && one.to.value < one.from.value);
}

}  // namespace

void Machine::instantsUnder(const Collect& collect,
                            std::uint32_t parent,
                            const std::vector<std::uint32_t>& sources,
                            std::vector<Row>& rows) {
    std::vector<Interval> known;
    std::vector<Interval> halfKnown;
    std::vector<Cover> extra;
    std::vector<Value> extraStates;
    std::set<std::int64_t> ends;
    for (const std::uint32_t source : sources) {
        const Environment environment{{collect.binder, source}};
        Interval one{source,
                     this->rows(collect.source)[source].exists,
                     evaluate(collect.from, environment),
                     evaluate(collect.to, environment)};
        if (isBad(one)) {
            const Value ofEnds = propagated({one.from, one.to});
            const Value bad =
                ofEnds.isError() ? ofEnds : Value::error(EvaluationError::BadInterval);
            extra.push_back({source, conjunction({one.exists, bad})});
            extraStates.push_back(bad);
            continue;
        }
        if (one.from.state == State::NotApplicable || one.to.state == State::NotApplicable) {
            continue;
        }
        if (one.from.isUnknown() || one.to.isUnknown()) {
            const Value open = propagated({one.from, one.to});
            extra.push_back({source, conjunction({one.exists, open})});
            extraStates.push_back(open);
            halfKnown.push_back(one);
            continue;
        }
        ends.insert(one.from.value);
        ends.insert(one.to.value);
        known.push_back(one);
    }
    for (auto end = ends.begin(); end != ends.end() && std::next(end) != ends.end(); ++end) {
        const std::int64_t start = *end;
        const std::int64_t finish = *std::next(end);
        std::vector<Cover> covers;
        std::vector<Value> certainty;
        for (const std::uint32_t source : sources) {
            for (const Interval& one : known) {
                if (one.source == source && one.from.value <= start && finish <= one.to.value) {
                    covers.push_back({source, one.exists});
                    certainty.push_back(one.exists);
                }
            }
            for (const Interval& one : halfKnown) {
                const Value cover = covering(one, start, finish);
                if (one.source == source && !cover.isNo()) {
                    covers.push_back({source, cover});
                    certainty.push_back(cover);
                }
            }
        }
        if (covers.empty()) {
            continue;
        }
        Row row;
        row.parent = parent;
        row.exists = disjunction(certainty);
        row.start = Value::of(start);
        row.finish = Value::of(finish);
        rows.push_back(row);
        covers_[collect.space].push_back(covers);
    }
    if (!extra.empty()) {
        Row row;
        row.parent = parent;
        row.start = propagated(extraStates);
        row.finish = row.start;
        row.exists = row.start;
        rows.push_back(row);
        covers_[collect.space].push_back(extra);
    }
}

void Machine::buildInstants(const Collect& collect, std::vector<Row>& rows) {
    const std::vector<Row>& sources = this->rows(collect.source);
    for (std::uint32_t parent = 0; parent < this->rows(collect.parent).size(); ++parent) {
        std::vector<std::uint32_t> own;
        for (std::uint32_t source = 0; source < sources.size(); ++source) {
            if (followAll(collect.over, source) == parent) {
                own.push_back(source);
            }
        }
        instantsUnder(collect, parent, own, rows);
    }
}

void Machine::buildCovers(SpaceId space, std::vector<Row>& rows) {
    const SpaceId instants = program_.spaces[space].parent;
    this->rows(instants);
    for (std::uint32_t instant = 0; instant < this->rows(instants).size(); ++instant) {
        for (const Cover& cover : covers_[instants][instant]) {
            Row row;
            row.parent = instant;
            row.first = cover.source;
            row.exists = cover.exists;
            rows.push_back(row);
        }
    }
}

}  // namespace proviso::reference

// Windows: which rows of a fold are looked at, and which come after which.

#include "tests/reference/machine.h"

#include <algorithm>

namespace proviso::reference {

using namespace typed;

std::vector<Machine::Child> Machine::children(const Expr& expr,
                                              const Environment& environment,
                                              const Value& parent,
                                              const Value& more) {
    const SpaceId space = program_.links[expr.over[0]].from;
    std::vector<Child> found;
    for (std::uint32_t row = 0; row < rows(space).size(); ++row) {
        if (followAll(expr.over, row) != static_cast<std::uint32_t>(parent.value)) {
            continue;
        }
        Child child{environment, row, {}};
        child.environment[expr.binder] = row;
        std::vector<Value> tests{rows(space)[row].exists};
        if (expr.where != kNone) {
            tests.push_back(evaluate(expr.where, child.environment));
        }
        for (const Window& window : expr.windows) {
            if (window.kind == Window::Kind::Dates) {
                tests.push_back(inDates(window, child.environment, environment));
            } else if (window.kind == Window::Kind::UpTo) {
                tests.push_back(notAfter(expr, window, row, environment));
            }
        }
        child.mask = conjunction(tests);
        found.push_back(child);
    }
    for (const Window& window : expr.windows) {
        if (window.kind == Window::Kind::Since) {
            onlySince(expr, window, found);
        }
    }
    bool isWindowed = false;
    bool byOthers = false;  // whether which rows count depends on which others there are
    for (const Window& window : expr.windows) {
        isWindowed = isWindowed || window.kind != Window::Kind::Whole;
        byOthers =
            byOthers || window.kind == Window::Kind::Since || window.kind == Window::Kind::LastRows;
        if (window.kind == Window::Kind::LastRows) {
            onlyLast(expr, window.count, found);
        }
    }
    if (isWindowed) {
        std::erase_if(found, [](const Child& child) { return orNo(child.mask).isNo(); });
    }
    if (byOthers) {
        // A row that is not there could be a later marker, or push others out of the last rows.
        for (Child& child : found) {
            child.mask = conjunction({child.mask, negation(more)});
        }
    }
    return found;
}

Value Machine::inDates(const Window& window, const Environment& child, const Environment& asking) {
    const Value date = evaluate(window.date, child);
    Expr test;
    test.kind = ExprKind::Compare;
    test.comparison = Comparison::LessOrEqual;
    return conjunction({compare(test, {evaluate(window.from, asking), date}),
                        compare(test, {date, evaluate(window.through, asking)})});
}

Value Machine::notAfter(const Expr& expr,
                        const Window& window,
                        std::uint32_t child,
                        const Environment& asking) {
    const Value limit = evaluate(window.row, asking);
    if (!limit.isValue()) {
        return limit;
    }
    // The limit may stand further up than the child rows: then they are seen from there.
    const SpaceId space = spaceOfRow(window.row);
    std::size_t height = 0;
    while (program_.links[expr.over[height]].from != space) {
        ++height;
    }
    const auto middle = expr.over.begin() + static_cast<std::ptrdiff_t>(height);
    const std::uint32_t seen = followAll({expr.over.begin(), middle}, child);
    const auto row = static_cast<std::uint32_t>(limit.value);
    if (seen == row) {
        return Value::yesNo(!window.exclusive);
    }
    return after({middle, expr.over.end()}, row, seen);
}

Value Machine::afterOrTied(const std::vector<LinkId>& over, std::uint32_t a, std::uint32_t b) {
    const Value comes = after(over, a, b);
    if (comes.state != State::NotApplicable) {
        return comes;
    }
    // A row without a place in the order may stand anywhere in it.
    std::size_t level = over.size() - 1;
    const auto above = [&](std::uint32_t row) {
        return followAll({over.begin(), over.begin() + static_cast<std::ptrdiff_t>(level)}, row);
    };
    while (above(a) == above(b)) {
        --level;
    }
    return tie(over[level]);
}

Value Machine::after(const std::vector<LinkId>& over, std::uint32_t a, std::uint32_t b) {
    for (std::size_t level = over.size(); level-- > 0;) {
        const std::vector<LinkId> below(over.begin(),
                                        over.begin() + static_cast<std::ptrdiff_t>(level));
        const std::uint32_t aboveA = followAll(below, a);
        const std::uint32_t aboveB = followAll(below, b);
        if (aboveA != aboveB) {
            return afterAt(over[level], aboveA, aboveB);
        }
    }
    return Value::yesNo(false);
}

std::vector<ColumnId> Machine::orderAt(LinkId id) const {
    const Link& link = program_.links[id];
    std::vector<ColumnId> order = program_.groupings[program_.spaces[link.to].grouping].order;
    if (program_.spaces[link.from].kind == SpaceKind::Group) {
        // Groups inside a group have its order as far as their keys say.
        const std::vector<ColumnId>& keys =
            program_.groupings[program_.spaces[link.from].grouping].keys;
        std::erase_if(order, [&](ColumnId column) {
            return std::count(keys.begin(), keys.end(), column) == 0;
        });
    }
    return order;
}

std::vector<Value> Machine::orderOf(LinkId id, std::uint32_t row) {
    const Link& link = program_.links[id];
    const Grouping& grouping = program_.groupings[program_.spaces[link.to].grouping];
    const bool isGroup = program_.spaces[link.from].kind == SpaceKind::Group;
    const std::uint32_t member = isGroup ? rows(link.from)[row].source : row;
    std::vector<Value> values;
    for (const ColumnId column : orderAt(id)) {
        const auto place = static_cast<std::size_t>(
            std::find(grouping.order.begin(), grouping.order.end(), column) -
            grouping.order.begin());
        values.push_back(read(column, followAll(grouping.orderPaths[place], member)));
    }
    return values;
}

Value Machine::afterAt(LinkId id, std::uint32_t a, std::uint32_t b) {
    const Link& link = program_.links[id];
    if (link.kind != Link::Kind::Group) {
        // Of a list, its order; what leads there from several lists has that of its rows.
        const bool isList = link.kind == Link::Kind::Parent;
        return Value::yesNo(isList ? rank(link.from, a) > rank(link.from, b) : a > b);
    }
    const std::vector<Value> orderA = orderOf(id, a);
    const std::vector<Value> orderB = orderOf(id, b);
    const Value state = propagated({propagated(orderA), propagated(orderB)});
    if (!state.isValue()) {
        return state;
    }
    const std::vector<ColumnId> columns = orderAt(id);
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const std::int64_t valueA = orderA[index].value;
        const std::int64_t valueB = orderB[index].value;
        if (valueA != valueB) {
            const TypeKind kind = program_.columns[columns[index]].type.kind;
            const bool byText = kind == TypeKind::Text || kind == TypeKind::Code;
            return Value::yesNo(byText ? text(valueA) > text(valueB) : valueA > valueB);
        }
    }
    return tie(id);
}

Value Machine::tie(LinkId id) const {
    const Space& to = program_.spaces[program_.links[id].to];
    const std::vector<ColumnId>& order = program_.groupings[to.grouping].order;
    return Value::unknown(
        {kNoRow, "order:" + (order.empty() ? std::string() : program_.columns[order.back()].name)});
}

void Machine::onlySince(const Expr& expr, const Window& window, std::vector<Child>& children) {
    std::vector<Value> markers;
    for (const Child& child : children) {
        markers.push_back(conjunction({child.mask, evaluate(window.condition, child.environment)}));
    }
    std::vector<Value> masks;
    for (const Child& child : children) {
        std::vector<Value> closed;  // by each marker at or after this row
        for (std::size_t index = 0; index < children.size(); ++index) {
            if (markers[index].isNo()) {
                continue;
            }
            const bool same = children[index].row == child.row;
            const Value later =
                same ? Value::yesNo(true) : after(expr.over, children[index].row, child.row);
            // A marker that is not applicable marks nothing.
            closed.push_back(orNo(conjunction({markers[index], later})));
        }
        masks.push_back(conjunction({child.mask, negation(disjunction(closed))}));
    }
    for (std::size_t index = 0; index < children.size(); ++index) {
        children[index].mask = masks[index];
    }
}

void Machine::onlyLast(const Expr& expr, std::int64_t count, std::vector<Child>& children) {
    std::vector<Value> masks;
    for (const Child& child : children) {
        std::int64_t certain = 0;
        std::vector<Value> open;
        for (const Child& other : children) {
            if (other.row == child.row || other.mask.isNo()) {
                continue;
            }
            const Value later = conjunction({other.mask, after(expr.over, other.row, child.row)});
            certain += later.isYes() ? 1 : 0;
            if (later.isOpen()) {
                open.push_back(later);
            }
        }
        Value few = propagated(open);
        if (certain >= count) {
            few = Value::yesNo(false);
        } else if (certain + static_cast<std::int64_t>(open.size()) < count) {
            few = Value::yesNo(true);
        }
        masks.push_back(conjunction({child.mask, few}));
    }
    for (std::size_t index = 0; index < children.size(); ++index) {
        children[index].mask = masks[index];
    }
}

bool Machine::mayHoldRejected(SpaceId group, std::uint32_t row) {
    const Grouping& grouping = program_.groupings[program_.spaces[group].grouping];
    for (std::uint32_t hole = 0; hole < batch_.holes.rows; ++hole) {
        bool differs = false;
        for (std::size_t index = 0; index < grouping.keys.size(); ++index) {
            const Column& key = program_.columns[grouping.keys[index]];
            if (key.kind != ColumnKind::Stored || key.space != program_.entry) {
                continue;
            }
            const ColumnData& read = batch_.holes.columns[key.field];
            const std::uint32_t member =
                followAll(grouping.keyPaths[index], rows(group)[row].source);
            differs =
                differs || (read.state(hole) == State::Value &&
                            read.values[hole] != this->read(grouping.keys[index], member).value);
        }
        if (!differs) {
            return true;
        }
    }
    return false;
}

Value Machine::more(const Expr& expr, const Environment& environment, std::uint32_t parent) {
    Value complete = Value::yesNo(false);
    for (const Window& window : expr.windows) {
        if (window.kind == Window::Kind::Whole) {
            complete = evaluate(window.condition, environment);
        }
    }
    std::vector<SpaceId> passed;
    for (const LinkId link : expr.over) {
        passed.push_back(program_.links[link].to);
    }
    // What is collected under a group may lack members for want of the group's rows.
    while (program_.spaces[passed.back()].parent != kNone) {
        const Space& space = program_.spaces[passed.back()];
        parent = followAll({space.toParent}, parent);
        passed.push_back(space.parent);
    }
    std::vector<Value> missing{Value::yesNo(false)};
    for (const SpaceId space : passed) {
        const Space& to = program_.spaces[space];
        if (to.kind != SpaceKind::Group || program_.groupings[to.grouping].complete) {
            continue;
        }
        const bool handedIn = complete.isYes();
        const bool certain = complete.isNo() || complete.state == State::NotApplicable;
        missing.push_back(handedIn  ? Value::yesNo(false)
                          : certain ? Value::unknown({kNoRow, "incomplete:" + to.name})
                                    : complete);
    }
    const Space& outermost = program_.spaces[passed.back()];
    if (outermost.kind == SpaceKind::Group && mayHoldRejected(passed.back(), parent)) {
        missing.push_back(Value::unknown({kNoRow, "rejected:" + outermost.name}));
    }
    return disjunction(missing);
}

}  // namespace proviso::reference

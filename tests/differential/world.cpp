// Which rows and lists a pack set offers.

#include "tests/differential/world.h"

#include "runtime/values/date.h"

#include <algorithm>

namespace proviso::differential {

namespace {

bool contains(const std::vector<std::size_t>& all, std::size_t one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

std::int64_t World::boundary(std::size_t index) const {
    static const std::vector<DateParts> kDays{
        {2022, 1, 1}, {2024, 2, 29}, {2024, 7, 1}, {2025, 1, 1}};
    return dateOf(kDays[index % kDays.size()]).days;
}

std::string World::date() {
    return formatDate(Date{boundary(random.below(4)) + random.between(-1, 1)});
}

std::string World::text() {
    if (random.chance(75)) {
        return "t" + std::to_string(random.between(1, 3));
    }
    static const std::vector<std::string> kWords{
        "t1", "t2", "T1", "t3", "\u00e9t\u00e9", "\u00c9t\u00e9", "0"};
    static const std::vector<std::string> kBetween{
        " ", ", ", "-", "\u00d7", "\u00b7", " \u2014 ", "\u00a0", "\u3000", "  "};
    std::string text = random.chance(10) ? random.of(kBetween) : "";
    for (std::int64_t left = random.between(0, 7); left > 0; --left) {
        text += random.of(kWords) + random.of(kBetween);
    }
    return text;
}

std::vector<std::size_t> World::groups() const {
    std::vector<std::size_t> found;
    for (std::size_t index = 0; index < spaces.size(); ++index) {
        if (spaces[index].kind == Space::Kind::Group) {
            found.push_back(index);
        }
    }
    return found;
}

std::vector<std::size_t> World::groupsOf(std::size_t space) const {
    std::vector<std::size_t> found;
    const Space& own = spaces[space];
    for (const std::size_t group : groups()) {
        const Space& other = spaces[group];
        if (own.kind != Space::Kind::Group) {
            if (other.record == space) {
                found.push_back(group);
            }
            continue;
        }
        const auto holds = [](const Space& fine, const Space& coarse) {
            return std::all_of(coarse.keys.begin(), coarse.keys.end(), [&](const std::string& key) {
                return std::count(fine.keys.begin(), fine.keys.end(), key) > 0;
            });
        };
        // Of two with the same keys the later nests in the earlier.
        if (group != space && other.record == own.record && holds(own, other) &&
            (!holds(other, own) || group < space)) {
            found.push_back(group);
        }
    }
    return found;
}

bool World::isOneClass() const {
    std::vector<std::size_t> joined = groups();
    std::vector<std::size_t> reached;
    if (!joined.empty()) {
        reached.push_back(joined[0]);
    }
    for (std::size_t next = 0; next < reached.size(); ++next) {
        for (const std::size_t group : joined) {
            const bool nests = contains(groupsOf(group), reached[next]) ||
                               contains(groupsOf(reached[next]), group);
            if (nests && !contains(reached, group)) {
                reached.push_back(group);
            }
        }
    }
    return reached.size() == joined.size();
}

bool World::reaches(std::size_t from, std::size_t to) const {
    std::vector<std::size_t> waiting{from};
    for (std::size_t next = 0; next < waiting.size(); ++next) {
        if (waiting[next] == to) {
            return true;
        }
        std::vector<std::size_t> above = groupsOf(waiting[next]);
        if (spaces[waiting[next]].parent != kNoSpace) {
            above.push_back(spaces[waiting[next]].parent);
        }
        for (const std::size_t space : above) {
            if (!contains(waiting, space)) {
                waiting.push_back(space);
            }
        }
    }
    return false;
}

std::vector<Variable> World::rowsFrom(const Variable& variable, bool isFirst) {
    std::vector<Variable> found{variable};
    const auto up = [&](const std::string& from, std::size_t space) {
        const bool bare = isFirst && random.chance(30);
        found.push_back({bare ? spaces[space].name : from + "." + spaces[space].name, space});
        return from + "." + spaces[space].name;
    };
    const Space& own = spaces[variable.space];
    if (own.kind == Space::Kind::Collected && !own.keyed && !own.instants &&
        !spaces[own.source].scalar) {
        found.push_back({variable.text + "." + spaces[own.source].name, own.source});
    }
    for (std::size_t index = 0; index < spaces.size(); ++index) {
        if (spaces[index].keyed && spaces[index].source == variable.space) {
            found.push_back({variable.text + "." + spaces[index].name, index});
        }
    }
    std::size_t space = variable.space;
    std::string text = variable.text;
    while (true) {
        for (const std::size_t group : groupsOf(space)) {
            up(text, group);
        }
        if (spaces[space].parent == kNoSpace) {
            return found;
        }
        space = spaces[space].parent;
        text = up(text, space);
    }
}

std::vector<Variable> World::rows(const Scope& scope) {
    std::vector<Variable> all;
    for (std::size_t index = 0; index < scope.variables.size(); ++index) {
        for (const Variable& row : rowsFrom(scope.variables[index], index == 0 && scope.bare)) {
            all.push_back(row);
        }
    }
    return all;
}

bool World::isOrdered(const std::vector<std::size_t>& way, std::size_t owner) const {
    for (std::size_t index = 0; index < way.size(); ++index) {
        const Space& from = spaces[way[index]];
        const Space& to = spaces[index + 1 < way.size() ? way[index + 1] : owner];
        if (to.kind != Space::Kind::Group) {
            continue;
        }
        const bool among =
            from.kind != Space::Kind::Group ||
            std::any_of(to.order.begin(), to.order.end(), [&](const std::string& column) {
                return std::count(from.keys.begin(), from.keys.end(), column) > 0;
            });
        if (from.kind == Space::Kind::Collected) {
            continue;  // a list of the group's own
        }
        if (to.order.empty() || !among) {
            return false;
        }
    }
    return true;
}

void World::addList(std::vector<Variable>& found,
                    const Variable& outer,
                    std::size_t owner,
                    const std::string& name,
                    std::vector<std::size_t> way) const {
    Variable list{outer.text + "." + name, way.front(), std::move(way)};
    list.ordered = isOrdered(list.way, owner);
    list.incomplete = !spaces[owner].complete;
    for (std::size_t index = 1; index < list.way.size(); ++index) {
        list.incomplete = list.incomplete || !spaces[list.way[index]].complete;
    }
    found.push_back(std::move(list));
}

std::vector<Variable> World::listsOf(const Variable& row) const {
    std::vector<Variable> found;
    const Space& owner = spaces[row.space];
    const bool isGroup = owner.kind == Space::Kind::Group;
    const auto addOwn =
        [&](const Variable& of, std::size_t space, const std::vector<std::size_t>& way) {
            for (std::size_t index = 0; index < spaces.size(); ++index) {
                const Space& list = spaces[index];
                const bool isList =
                    list.kind == Space::Kind::List || list.kind == Space::Kind::Collected;
                if (isList && list.parent == space) {
                    std::vector<std::size_t> all{index};
                    all.insert(all.end(), way.begin(), way.end());
                    addList(found, of, row.space, list.listName, std::move(all));
                }
            }
        };
    addOwn(row, row.space, {});
    if (isGroup) {
        addOwn(row, owner.record, {owner.record});
    }
    // One level further down.
    const std::size_t direct = found.size();
    for (std::size_t outer = 0; outer < direct; ++outer) {
        const Variable list = found[outer];
        addOwn(list, list.space, list.way);
    }
    if (isGroup) {
        addList(found, row, row.space, spaces[owner.record].name + "s", {owner.record});
        for (const std::size_t group : groups()) {
            if (!contains(groupsOf(group), row.space)) {
                continue;
            }
            addList(found, row, row.space, spaces[group].name + "s", {group});
            const Variable inner = found.back();
            addOwn(inner, group, {group});
            addOwn(inner, spaces[group].record, {spaces[group].record, group});
        }
    }
    if (owner.keyed) {
        addList(found, row, row.space, "members", {owner.source});
        found.back().ordered = spaces[owner.source].kind == Space::Kind::List;
    }
    if (owner.instants) {
        addList(found, row, row.space, "members", {owner.source});
        found.back().way = {kNoSpace};
        found.back().ordered = true;
        found.back().incomplete = false;
    }
    return found;
}

std::vector<Variable> World::lists(const Scope& scope) {
    std::vector<Variable> all;
    for (const Variable& row : rows(scope)) {
        for (const Variable& list : listsOf(row)) {
            all.push_back(list);
        }
    }
    return all;
}

Space World::collected(const std::string& prefix, std::size_t parent, const Variable& list) {
    Space made;
    made.kind = Space::Kind::Collected;
    made.name = fresh(prefix);
    made.listName = made.name + "s";
    made.parent = parent;
    made.dated = spaces[parent].dated;
    made.source = list.space;
    return made;
}

}  // namespace proviso::differential

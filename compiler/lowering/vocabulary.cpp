#include "compiler/lowering/context.h"
#include "runtime/base/check.h"
#include "runtime/base/digest.h"

#include <algorithm>

namespace proviso::lowering {

namespace {

std::vector<std::string> splitDots(const std::string& name) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (true) {
        const std::size_t dot = name.find('.', begin);
        if (dot == std::string::npos) {
            parts.push_back(name.substr(begin));
            return parts;
        }
        parts.push_back(name.substr(begin, dot - begin));
        begin = dot + 1;
    }
}

std::vector<std::string> sourceTexts(const std::vector<typed::Source>& sources) {
    std::vector<std::string> texts;
    for (const auto& source : sources) {
        texts.push_back(source.text);
    }
    return texts;
}

}  // namespace

/// Texts and codes are numbered anew, since equal texts must have one number.
std::int64_t Lowering::storedValue(const Type& type, std::int64_t value) {
    if (type.kind == TypeKind::Text || type.kind == TypeKind::Code) {
        return build_.text(typed_.texts.at(static_cast<std::size_t>(value)));
    }
    return value;
}

bytecode::InForcePeriod Lowering::period(const typed::InForce& inForce) const {
    return {inForce.period.from, inForce.period.through, inForce.published};
}

void Lowering::lowerSchema() {
    Schema& schema = out_.schema;
    for (const auto& enumeration : typed_.enumerations) {
        schema.enumerations.push_back({enumeration.name, enumeration.members});
    }
    for (const auto& set : typed_.codeSets) {
        SchemaCodes codes{set.name, set.open, {}};
        for (const auto& entry : set.entries) {
            codes.members.push_back(entry.code);
        }
        schema.codes.push_back(std::move(codes));
    }
    // The entry record first, then its lists, each after its parent.
    std::vector<TypedSpace> order{typed_.entry};
    for (std::size_t next = 0; next < order.size(); ++next) {
        for (TypedSpace id = 0; id < typed_.spaces.size(); ++id) {
            if (typed_.spaces[id].kind == typed::SpaceKind::List &&
                typed_.spaces[id].parent == order[next]) {
                order.push_back(id);
            }
        }
    }
    for (const TypedSpace id : order) {
        const typed::Space& from = typed_.spaces[id];
        const auto index = static_cast<std::uint32_t>(schema.spaces.size());
        spaces_[id] = index;
        SchemaSpace to;
        to.name = from.name;
        to.listName = from.listName;
        if (from.kind == typed::SpaceKind::List) {
            to.parent = spaces_.at(from.parent);
            to.path = splitDots(from.foreignName.empty() ? from.listName : from.foreignName);
            to.scalar = from.scalar;
            to.required = from.required;
            to.atMost = static_cast<std::uint32_t>(from.atMost.value_or(0));
        }
        for (const ColumnId column : from.columns) {
            const typed::Column& stored = typed_.columns[column];
            if (stored.kind != typed::ColumnKind::Stored) {
                continue;
            }
            PROVISO_CHECK(stored.field == to.fields.size(),
                          "stored fields are numbered in declared order");
            SchemaField field;
            field.name = stored.name;
            if (!from.scalar) {
                field.path =
                    splitDots(stored.foreignName.empty() ? stored.name : stored.foreignName);
            }
            field.type = stored.type;
            field.required = stored.required;
            field.isSigned = stored.isSigned;
            field.isPrivate = stored.isPrivate;
            if (stored.absentMeans != typed::kNone) {
                field.absentMeans =
                    storedValue(stored.type, typed_.exprs[stored.absentMeans].value);
            }
            if (id == typed_.entry && stored.isKey) {
                schema.keyField = stored.field;
            }
            to.fields.push_back(std::move(field));
        }
        bytecode::SpaceInfo info;
        info.kind = bytecode::SpaceInfo::Kind::Input;
        info.name = from.name;
        info.listName = from.listName;
        info.parent = to.parent;
        schema.spaces.push_back(std::move(to));
        out_.spaces.push_back(std::move(info));
    }
    for (const ColumnId column : typed_.correctedBy) {
        schema.correctedBy.push_back(typed_.columns[column].field);
    }
    if (typed_.voidedBy != typed::kNone) {
        schema.voidedBy = typed_.columns[typed_.voidedBy].field;
    }
}

void Lowering::lowerVocabulary() {
    for (const auto& set : typed_.codeSets) {
        bytecode::CodeSet to;
        to.name = set.name;
        to.base = set.base;
        for (const auto& entry : set.entries) {
            to.entries.push_back(
                {build_.text(entry.code), entry.period.from, entry.period.through});
        }
        out_.codeSets.push_back(std::move(to));
    }
    for (const auto& scale : typed_.scales) {
        bytecode::Scale to;
        to.name = scale.name;
        to.enumeration = scale.facts;
        for (const auto& step : scale.steps) {
            bytecode::Scale::Step toStep;
            toStep.name = step.name;
            toStep.sources = sourceTexts(step.sources);
            for (const auto& accepts : step.accepts) {
                std::uint64_t facts = 0;
                for (const std::uint32_t fact : accepts.facts) {
                    PROVISO_CHECK(fact < 63, "a scale's facts fit into one word");
                    facts |= std::uint64_t{1} << fact;
                }
                toStep.accepts.push_back({accepts.period.from, accepts.period.through, facts});
            }
            to.steps.push_back(std::move(toStep));
        }
        out_.scales.push_back(std::move(to));
    }
    for (const auto& parameter : typed_.parameters) {
        bytecode::Parameter to;
        to.name = parameter.name;
        to.type = parameter.type;
        to.sources = sourceTexts(parameter.sources);
        for (const auto& value : parameter.values) {
            to.values.push_back({period(value.inForce),
                                 storedValue(parameter.type, value.value),
                                 sourceTexts(value.sources)});
        }
        out_.parameters.push_back(std::move(to));
    }
    for (const auto& table : typed_.tables) {
        bytecode::Table to;
        to.name = table.name;
        to.firstHit = table.firstHit;
        to.sources = sourceTexts(table.sources);
        for (const auto& field : table.given) {
            to.given.push_back(field.type);
        }
        for (const auto& field : table.gives) {
            to.gives.push_back(field.type);
        }
        for (const auto& row : table.rows) {
            bytecode::Table::Row toRow;
            toRow.period = period(row.inForce);
            toRow.source = row.source;
            for (std::size_t i = 0; i < row.cells.size(); ++i) {
                bytecode::Table::Cell cell;
                cell.test = static_cast<bytecode::Table::Cell::Test>(row.cells[i].test);
                for (const std::int64_t value : row.cells[i].values) {
                    cell.values.push_back(storedValue(table.given[i].type, value));
                }
                toRow.cells.push_back(std::move(cell));
            }
            for (std::size_t i = 0; i < row.results.size(); ++i) {
                const auto& result = row.results[i];
                toRow.results.push_back(
                    {result.unknown,
                     result.why,
                     result.unknown ? 0 : storedValue(table.gives[i].type, result.value)});
            }
            to.rows.push_back(std::move(toRow));
        }
        out_.tables.push_back(std::move(to));
    }
}

void Lowering::lowerPacks() {
    std::string all;
    for (const auto& pack : typed_.packs) {
        out_.packs.push_back({pack.name, pack.version, pack.title, pack.layer, pack.digest});
    }
    std::sort(out_.packs.begin(), out_.packs.end(), [](const auto& a, const auto& b) {
        return a.name < b.name;
    });
    for (const auto& pack : out_.packs) {
        all += pack.name + ' ' + pack.digest + '\n';
    }
    out_.digest = sha256(all);
}

}  // namespace proviso::lowering

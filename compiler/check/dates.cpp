#include "compiler/check/dates.h"

#include <algorithm>
#include <set>

namespace proviso::check {

namespace {

std::vector<DatedEntry> entriesOf(const typed::Parameter& parameter) {
    std::vector<DatedEntry> result;
    for (const typed::Parameter::Value& value : parameter.values) {
        result.push_back({value.inForce, value.span});
    }
    return result;
}

std::vector<DatedEntry> entriesOf(const typed::Definition& definition) {
    std::vector<DatedEntry> result;
    for (const typed::Definition::Alternative& alternative : definition.alternatives) {
        result.push_back({alternative.inForce, alternative.span});
    }
    return result;
}

/// Something dated that is read, with its gaps and who has read over each.
struct Dated {
    std::string name;
    std::string words;
    Span span;
    std::int64_t first = INT64_MAX;
    std::vector<Gap> gaps;
    std::vector<bool> gapRead;
};

Dated datedOf(const std::string& name,
              const std::string& words,
              Span span,
              const std::vector<DatedEntry>& entries) {
    Dated result{name, words, span, firstDay(entries), innerGaps(entries), {}};
    result.gapRead.assign(result.gaps.size(), false);
    return result;
}

void checkRead(Context& context, const DatedRead& read, Dated& dated) {
    const Reader& reader = context.readers[read.reader];
    for (std::size_t index = 0; index < dated.gaps.size(); ++index) {
        const Gap& gap = dated.gaps[index];
        if (overlap(reader.period, {gap.from, gap.through})) {
            dated.gapRead[index] = true;
            context
                .report(DiagnosticKind::DatesLeaveGap,
                        read.span,
                        {dated.words, dateInWords(gap.from), dateInWords(gap.through)})
                .label(dated.span, "declared here")
                .label(reader.span, reader.words + " is in force then");
        }
    }
    if (reader.bounded && dated.first != INT64_MAX && reader.period.from < dated.first) {
        const std::string first = dateInWords(dated.first);
        context
            .report(
                DiagnosticKind::StartsBeforeValues, read.span, {reader.words, dated.name, first})
            .label(dated.span, "declared here")
            .label(reader.span, reader.words)
            .help("let it begin `from " + first + "`, or give `" + dated.name +
                  "` its earlier values");
    }
}

}  // namespace

bool overlap(const typed::Period& a, const typed::Period& b) {
    return a.from <= b.through && b.from <= a.through;
}

void checkPeriod(Context& context, const ast::Period& period) {
    if (period.from && period.through && *period.from > *period.through) {
        context.report(DiagnosticKind::PeriodBackwards, period.span)
            .help("both days are included: write the earlier one first");
    }
}

void checkOverlaps(Context& context,
                   const std::string& words,
                   const std::vector<DatedEntry>& entries) {
    for (std::size_t second = 0; second < entries.size(); ++second) {
        for (std::size_t first = 0; first < second; ++first) {
            const typed::InForce& a = entries[first].inForce;
            const typed::InForce& b = entries[second].inForce;
            if (a.published == b.published && overlap(a.period, b.period)) {
                context.report(DiagnosticKind::DatesOverlap, entries[second].span, {words})
                    .label(entries[first].span, "the other entry")
                    .help("end the earlier one with `through`, or say when each was `published`");
                break;
            }
        }
    }
}

std::vector<Gap> innerGaps(const std::vector<DatedEntry>& entries) {
    std::vector<typed::Period> periods;
    for (const DatedEntry& entry : entries) {
        if (entry.inForce.period.from <= entry.inForce.period.through) {
            periods.push_back(entry.inForce.period);
        }
    }
    std::sort(periods.begin(), periods.end(), [](const auto& a, const auto& b) {
        return a.from < b.from;
    });
    std::vector<Gap> result;
    if (periods.empty()) {
        return result;
    }
    std::int64_t covered = periods.front().through;
    for (const typed::Period& period : periods) {
        if (covered == INT64_MAX) {
            break;
        }
        if (period.from > covered + 1) {
            result.push_back({covered + 1, period.from - 1});
        }
        covered = std::max(covered, period.through);
    }
    return result;
}

std::int64_t firstDay(const std::vector<DatedEntry>& entries) {
    std::int64_t first = INT64_MAX;
    for (const DatedEntry& entry : entries) {
        first = std::min(first, entry.inForce.period.from);
    }
    return first;
}

void reportGap(Context& context, const std::string& words, Span span, const Gap& gap) {
    context.report(DiagnosticKind::DatesLeaveGap,
                   span,
                   {words, dateInWords(gap.from), dateInWords(gap.through)});
}

void checkReach(Context& context) {
    std::vector<Dated> parameters;
    for (const typed::Parameter& parameter : context.program.parameters) {
        parameters.push_back(datedOf(parameter.name,
                                     "parameter `" + parameter.name + "`",
                                     parameter.span,
                                     entriesOf(parameter)));
    }
    std::vector<Dated> definitions;
    for (const typed::Definition& definition : context.program.definitions) {
        const std::string& name = context.program.columns[definition.column].name;
        definitions.push_back(
            datedOf(name, "definition `" + name + "`", definition.span, entriesOf(definition)));
    }
    std::set<std::tuple<std::uint32_t, bool, std::uint32_t>> seen;
    for (const DatedRead& read : context.reads) {
        if (seen.emplace(read.reader, read.isDefinition, read.index).second) {
            checkRead(context,
                      read,
                      read.isDefinition ? definitions[read.index] : parameters[read.index]);
        }
    }
    for (const std::vector<Dated>* all : {&parameters, &definitions}) {
        for (const Dated& dated : *all) {
            for (std::size_t index = 0; index < dated.gaps.size(); ++index) {
                if (!dated.gapRead[index]) {
                    context.report(DiagnosticKind::UnreadGap,
                                   dated.span,
                                   {dated.words,
                                    dateInWords(dated.gaps[index].from),
                                    dateInWords(dated.gaps[index].through)});
                }
            }
        }
    }
}

}  // namespace proviso::check

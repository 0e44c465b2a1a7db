#include "runtime/values/date.h"
#include "tests/bench/part_b/hand.h"
#include "tests/bench/part_b/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace proviso::bench::part_b {

namespace {

constexpr std::int32_t dayOf(std::int64_t year, int month, int day) {
    return static_cast<std::int32_t>(dateOf({year, month, day}).days);
}

constexpr std::int32_t k2018 = dayOf(2018, 1, 1);
constexpr std::int32_t k2020 = dayOf(2020, 1, 1);
constexpr std::int32_t k2022 = dayOf(2022, 1, 1);
constexpr std::int32_t k2024 = dayOf(2024, 1, 1);
constexpr std::int32_t k2025 = dayOf(2025, 1, 1);
constexpr std::int32_t kVideoFrom = dayOf(2020, 3, 1);
constexpr std::int32_t kReviewUntil = dayOf(2028, 1, 1);
constexpr std::int64_t kReview = 300'000;

/// The threshold of a year in cents and its first day; none before 2018 and after 2026.
struct Year {
    std::int32_t first = 0;
    std::int32_t next = 0;
    std::int64_t threshold = 0;
};
constexpr std::array<Year, 9> kYears = {{{dayOf(2018, 1, 1), dayOf(2019, 1, 1), 201'000},
                                         {dayOf(2019, 1, 1), dayOf(2020, 1, 1), 204'000},
                                         {dayOf(2020, 1, 1), dayOf(2021, 1, 1), 208'000},
                                         {dayOf(2021, 1, 1), dayOf(2022, 1, 1), 211'000},
                                         {dayOf(2022, 1, 1), dayOf(2023, 1, 1), 215'000},
                                         {dayOf(2023, 1, 1), dayOf(2024, 1, 1), 223'000},
                                         {dayOf(2024, 1, 1), dayOf(2025, 1, 1), 233'000},
                                         {dayOf(2025, 1, 1), dayOf(2026, 1, 1), 241'000},
                                         {dayOf(2026, 1, 1), dayOf(2027, 1, 1), 248'000}}};

const Year* yearOf(std::int32_t day) {
    const auto found = std::find_if(kYears.begin(), kYears.end(), [&](const Year& year) {
        return day >= year.first && day < year.next;
    });
    return found == kYears.end() ? nullptr : &*found;
}

bool isTimed(std::uint16_t kind) {
    return (kind & kTimed) != 0;
}
bool isEvaluation(std::uint16_t kind) {
    return (kind & kEvaluation) != 0;
}
bool isUntimed(std::uint16_t kind, std::int32_t day) {
    return (kind & kUntimed) != 0 || ((kind & kFrom2024) != 0 && day >= k2024);
}
bool has(std::uint16_t modifiers, std::uint16_t any) {
    return (modifiers & any) != 0;
}

/// The minutes of one code, and what they give.
struct Treatment {
    std::uint32_t code = 0;
    std::uint16_t kind = 0;
    std::int32_t therapist = 0;
    std::int32_t assistant = 0;
    std::int64_t cents = 0;
    std::int32_t units = 0;
    std::int32_t mostUnits = 0;
    std::int32_t assisted = 0;
    std::int32_t mostAssisted = 0;

    std::int32_t spent() const { return therapist + assistant; }
};

struct ClaimLine {
    std::uint32_t code = 0;
    std::int32_t units = 0;
    std::int64_t cents = 0;
    std::int64_t yearToLine = 0;
    bool assisted = false;
    bool kxDue = false;
};

struct CodeBilled {
    std::uint32_t code = 0;
    std::int32_t plain = 0;
    std::int32_t marked = 0;
};

std::int32_t assistedOf(const Treatment& t, std::int32_t units, std::int32_t day, bool apart) {
    if (!apart || isEvaluation(t.kind)) {
        return 0;
    }
    if (!isTimed(t.kind)) {
        return 10 * t.assistant > t.spent() ? units : 0;
    }
    const std::int32_t blocks = t.assistant / 15;
    const std::int32_t rest = units - t.therapist / 15 - blocks;
    if (rest == 0) {
        return blocks;
    }
    const std::int32_t leftTherapist = t.therapist % 15;
    const std::int32_t leftAssistant = t.assistant % 15;
    const bool overTenth = 10 * leftAssistant > leftTherapist + leftAssistant;
    const bool therapistsOwn = day >= k2022 && leftTherapist >= 8;
    if (rest == 1) {
        return blocks + (overTenth && !therapistsOwn ? 1 : 0);
    }
    return blocks + (therapistsOwn ? 1 : overTenth ? 2 : 0);
}

void count(Decided& to, Finding finding, int found) {
    to.counts[finding] = static_cast<std::uint8_t>(to.counts[finding] + found);
}

std::int64_t halfUp(std::int64_t numerator, std::int64_t denominator) {
    return (2 * numerator + denominator) / (2 * denominator);
}

class Decider {
  public:
    explicit Decider(const Records& records) : records_(records), decided_(records.visits.size()) {}

    std::vector<Decided> decide() {
        const std::vector<Visit>& visits = records_.visits;
        for (std::size_t first = 0; first < visits.size();) {
            if (first == 0 || visits[first].patient != visits[first - 1].patient) {
                running_[0].clear();
                running_[1].clear();
            }
            std::size_t end = first + 1;
            while (end < visits.size() && isSameDay(visits[first], visits[end])) {
                ++end;
            }
            for (std::size_t visit = first; visit < end; ++visit) {
                decideVisit(visits[visit], decided_[visit]);
            }
            decideDay(first, end);
            first = end;
        }
        return std::move(decided_);
    }

  private:
    /// What was allowed up to the end of a day, in cents since the first.
    struct Sum {
        std::int32_t day;
        std::int64_t cents;
    };

    static bool isSameDay(const Visit& a, const Visit& b) {
        return a.patient == b.patient && a.day == b.day && a.discipline == b.discipline &&
               a.setting == b.setting && a.state == b.state;
    }
    std::span<const Service> servicesOf(const Visit& visit) const {
        return std::span(records_.services).subspan(visit.firstService, visit.services);
    }
    std::span<const Billed> billedOf(const Visit& visit) const {
        return std::span(records_.billed).subspan(visit.firstBilled, visit.billed);
    }

    // ---- what one visit shows
    // --------------------------------------------------------------------

    void decideVisit(const Visit& visit, Decided& to) const {
        std::int64_t assistedCents = 0;
        bool evaluates = false;
        for (const Service& service : servicesOf(visit)) {
            evaluates |= isEvaluation(service.kind);
            if (service.assistant > 0) {
                assistedCents += service.cents;
                if (isEvaluation(service.kind)) {
                    count(to, kAssistantEvaluation, 1);
                    to.cents += service.cents;
                }
            }
        }
        count(to, kNoteAuthor, (visit.noteByAssistant && evaluates) ? 1 : 0);
        if (visit.withAssistant) {
            count(to, kSupervisionNotLogged, (visit.notLogged) ? 1 : 0);
            if (visit.presence != kNotSaid && !isSupervised(visit)) {
                count(to, kSupervision, 1);
                to.cents += assistedCents;
            }
        }
        for (const Billed& line : billedOf(visit)) {
            decideBilled(visit, line, to);
        }
    }

    static bool isSupervised(const Visit& visit) {
        if (visit.discipline == kSlp || visit.setting == kCriticalAccess) {
            return true;  // nothing federal is asked
        }
        if (visit.setting != kPrivatePractice || visit.day >= k2025) {
            return visit.presence >= kTelecom;
        }
        return visit.presence >= kInSuite || (visit.presence == kVideo && visit.day >= kVideoFrom);
    }

    static void decideBilled(const Visit& visit, const Billed& line, Decided& to) {
        const std::uint16_t m = line.modifiers;
        const bool gp = has(m, kGp);
        const bool go = has(m, kGo);
        const bool gn = has(m, kGn);
        const bool cq = has(m, kCq);
        const bool co = has(m, kCo);
        const int conflicts = (visit.day >= k2020 && ((cq && !gp) || (co && !go) || (cq && co))) +
                              (visit.day >= k2018 && gp + go + gn > 1) +
                              (visit.day >= k2018 && ((gp && visit.discipline != kPt) ||
                                                      (go && visit.discipline != kOt) ||
                                                      (gn && visit.discipline != kSlp))) +
                              (has(m, kGa) + has(m, kGz) + has(m, kKx) > 1) +
                              (visit.day >= k2020 && isEvaluation(line.kind) && (cq || co));
        count(to, kModifierConflict, conflicts);
        count(to, kModifierOverflow, (line.modifierCount > 4) ? 1 : 0);
        if (visit.day >= k2018) {
            count(to,
                  kEvaluationDiscipline,
                  (((line.kind & kPtEvaluation) != 0 && visit.discipline != kPt) ||
                   ((line.kind & kOtEvaluation) != 0 && visit.discipline != kOt))
                      ? 1
                      : 0);
            count(to,
                  kDisciplineModifierMissing,
                  ((line.kind & kAlwaysTherapy) != 0 && !gp && !go && !gn) ? 1 : 0);
        }
        if ((line.kind & kNotPayable) != 0 ||
            ((line.kind & kFrom2024) != 0 && visit.day >= k2024)) {
            count(to, kCodeNotPayable, 1);
            to.cents += line.cents;
        }
    }

    // ---- what a day's claim comes to
    // -------------------------------------------------------------

    void decideDay(std::size_t first, std::size_t end) {
        const std::span<const Visit> visits =
            std::span(records_.visits).subspan(first, end - first);
        const Visit& day = visits.front();
        gatherTreatments(visits);
        const std::int32_t timedMinutes = countUnits(day);
        makeClaimLines();
        gatherBilled(visits);

        std::int32_t billedUnits = 0;
        std::int32_t billedTimed = 0;
        std::size_t billedLines = 0;
        for (const Visit& visit : visits) {
            for (const Billed& line : billedOf(visit)) {
                billedUnits += line.units;
                billedTimed += isTimed(line.kind) ? line.units : 0;
                ++billedLines;
            }
        }
        std::int32_t dueUnits = 0;
        for (const ClaimLine& line : lines_) {
            dueUnits += line.units;
        }
        const bool above = billedTimed > (timedMinutes + 7) / 15;
        const bool below = billedLines != 0 && billedUnits < dueUnits;
        const bool review = addUp(visits);
        for (std::size_t index = 0; index < visits.size(); ++index) {
            Decided& to = decided_[first + index];
            count(to, kDayUnitsAbove, above ? 1 : 0);
            count(to, kUnitsBelow, below ? 1 : 0);
            count(to, kReviewPossible, review ? 1 : 0);
            for (const Billed& line : billedOf(visits[index])) {
                compareBilled(visits[index], line, to);
            }
        }
    }

    void gatherTreatments(std::span<const Visit> visits) {
        treatments_.clear();
        for (const Visit& visit : visits) {
            for (const Service& service : servicesOf(visit)) {
                auto at = std::find_if(treatments_.begin(),
                                       treatments_.end(),
                                       [&](const Treatment& t) { return t.code >= service.code; });
                if (at == treatments_.end() || at->code != service.code) {
                    at = treatments_.insert(at, Treatment{});
                    at->code = service.code;
                    at->kind = service.kind;
                }
                at->therapist += service.therapist;
                at->assistant += service.assistant;
                at->cents += service.cents;
            }
        }
    }

    /// Returns the timed minutes.
    std::int32_t countUnits(const Visit& day) {
        std::int32_t minutes = 0;
        std::int32_t full = 0;
        for (const Treatment& t : treatments_) {
            if (isTimed(t.kind)) {
                minutes += t.spent();
                full += t.spent() / 15;
            }
        }
        byRemainder_.clear();
        for (Treatment& t : treatments_) {
            if (isTimed(t.kind)) {
                t.units = t.spent() / 15;
                t.mostUnits = t.units;
                byRemainder_.push_back(&t);
            } else {
                t.units = isUntimed(t.kind, day.day) ? 1 : 0;
                t.mostUnits = t.units;
            }
        }
        std::int32_t rest = (minutes + 7) / 15 - full;
        if (rest > 0) {
            std::stable_sort(byRemainder_.begin(),
                             byRemainder_.end(),
                             [](const Treatment* a, const Treatment* b) {
                                 return a->spent() % 15 > b->spent() % 15;
                             });
            std::int32_t last = 0;
            for (Treatment* const t : byRemainder_) {
                if (rest-- > 0) {
                    t->units += 1;
                    last = t->spent() % 15;
                }
                t->mostUnits += t->spent() % 15 >= last ? 1 : 0;
            }
        }
        const bool apart = day.day >= k2020 && day.setting != kCriticalAccess;
        for (Treatment& t : treatments_) {
            t.assisted = assistedOf(t, t.units, day.day, apart);
            t.mostAssisted = assistedOf(t, t.mostUnits, day.day, apart);
        }
        return minutes;
    }

    void makeClaimLines() {
        lines_.clear();
        for (const Treatment& t : treatments_) {
            const std::int32_t plain = t.units - t.assisted;
            if (plain > 0) {
                lines_.push_back(
                    {t.code, plain, t.assisted == 0 ? t.cents : t.cents * plain / t.units});
            }
            if (t.assisted > 0) {
                lines_.push_back(
                    {t.code,
                     t.assisted,
                     plain == 0 ? t.cents : (t.cents * t.assisted + t.units - 1) / t.units});
                lines_.back().assisted = true;
            }
        }
    }

    void gatherBilled(std::span<const Visit> visits) {
        billed_.clear();
        for (const Visit& visit : visits) {
            for (const Billed& line : billedOf(visit)) {
                auto at = std::find_if(billed_.begin(), billed_.end(), [&](const CodeBilled& b) {
                    return b.code == line.code;
                });
                if (at == billed_.end()) {
                    at = billed_.insert(at, CodeBilled{line.code, 0, 0});
                }
                (has(line.modifiers, kCq | kCo) ? at->marked : at->plain) += line.units;
            }
        }
    }

    /// Adds the day's lines to the year's; says which of them need KX, and whether a review is
    /// possible.
    bool addUp(std::span<const Visit> visits) {
        const Visit& day = visits.front();
        const Year* const year = yearOf(day.day);
        const bool occupational = day.discipline == kOt;
        std::vector<Sum>& sums = running_[occupational ? 1 : 0];
        const std::int64_t before = sums.empty() ? 0 : sums.back().cents;
        std::int32_t figureDay = 0;
        std::int64_t figure = 0;
        bool stillBelow = false;
        bool any = false;
        for (const Visit& visit : visits) {
            for (const Figure& each :
                 std::span(records_.figures).subspan(visit.firstFigure, visit.figures)) {
                if (each.occupational != occupational || year == nullptr ||
                    each.day < year->first || each.day >= year->next) {
                    continue;
                }
                if (each.day >= day.day) {
                    stillBelow |= each.complete && each.cents <= year->threshold;
                } else if (!any || each.day > figureDay) {
                    any = true;
                    figureDay = each.day;
                    figure = each.cents;
                } else if (each.day == figureDay) {
                    figure = std::max(figure, each.cents);
                }
            }
        }
        const std::int32_t after =
            std::max(any ? figureDay : INT32_MIN, year == nullptr ? INT32_MIN : year->first - 1);
        const auto from = std::upper_bound(
            sums.begin(), sums.end(), after, [](std::int32_t value, const Sum& sum) {
                return value < sum.day;
            });
        const std::int64_t counted = from == sums.begin() ? 0 : std::prev(from)->cents;
        std::int64_t ours = before - counted;
        bool review = figure > kReview;
        for (ClaimLine& line : lines_) {
            ours += line.cents;
            line.yearToLine = figure + ours;
            line.kxDue = year != nullptr && !stillBelow &&
                         (figure > year->threshold || line.yearToLine > year->threshold);
            review |= line.yearToLine > kReview;
        }
        std::int64_t all = before;
        for (const ClaimLine& line : lines_) {
            all += line.cents;
        }
        sums.push_back({day.day, all});
        return review && day.day >= k2018 && day.day < kReviewUntil;
    }

    // ---- a billed line against what is due
    // -------------------------------------------------------

    void compareBilled(const Visit& visit, const Billed& line, Decided& to) const {
        const auto treated = std::find_if(treatments_.begin(),
                                          treatments_.end(),
                                          [&](const Treatment& t) { return t.code == line.code; });
        const bool known = treated != treatments_.end();
        const std::int32_t markedAllowed = known ? treated->mostAssisted : 0;
        const std::int32_t plainAllowed = known ? treated->mostUnits - treated->mostAssisted : 0;
        const CodeBilled& billed =
            *std::find_if(billed_.begin(), billed_.end(), [&](const CodeBilled& b) {
                return b.code == line.code;
            });
        const std::int32_t units = billed.plain + billed.marked;
        const std::int32_t allowed = plainAllowed + markedAllowed;
        if (units > allowed) {
            count(to, kUnitsAbove, 1);
            to.cents += halfUp(std::int64_t{line.cents} * (units - allowed), units);
        }
        const bool marked = has(line.modifiers, kCq | kCo);
        if (visit.day >= k2020) {
            const bool missing =
                !marked && billed.plain > plainAllowed && billed.marked < markedAllowed;
            const bool extra =
                marked && billed.marked > markedAllowed && billed.plain < plainAllowed;
            count(to, kCqMissing, missing ? 1 : 0);
            count(to, kCqNotDue, extra ? 1 : 0);
            if ((missing || extra) && visit.day >= k2022) {
                to.cents += halfUp(std::int64_t{line.cents} * 12, 100);
            }
        }
        if (visit.day < k2018) {
            return;
        }
        std::size_t ofCode = 0;
        std::size_t due = 0;
        bool anyDue = false;
        bool alike = false;
        for (const ClaimLine& each : lines_) {
            anyDue |= each.kxDue;
            if (each.code == line.code) {
                ofCode += 1;
                due += each.kxDue;
                alike |= each.kxDue && each.assisted == marked;
            }
        }
        const bool kx = has(line.modifiers, kKx);
        count(to, kKxMissing, (!kx && (alike || (ofCode > 0 && due == ofCode))) ? 1 : 0);
        count(to, kKxNotDue, (kx && !anyDue) ? 1 : 0);
    }

    const Records& records_;
    std::vector<Decided> decided_;
    std::array<std::vector<Sum>, 2> running_;  ///< of one patient, by bucket
    std::vector<Treatment> treatments_;        ///< of one day, by code
    std::vector<Treatment*> byRemainder_;
    std::vector<ClaimLine> lines_;
    std::vector<CodeBilled> billed_;
};

}  // namespace

std::vector<Decided> decide(const Records& records) {
    return Decider(records).decide();
}

void Digest::add(std::string_view key, const Decided& decided) {
    std::uint64_t name = 14695981039346656037U;
    for (const char character : key) {
        name = (name ^ static_cast<unsigned char>(character)) * 1099511628211U;
    }
    std::uint64_t weights = static_cast<std::uint64_t>(decided.cents);
    for (std::size_t finding = 0; finding < decided.counts.size(); ++finding) {
        counts[finding] += decided.counts[finding];
        weights = weights * 31 + decided.counts[finding];
    }
    cents += decided.cents;
    visits += 1;
    check += name * (weights + 1);
}

std::string Digest::text() const {
    std::string text;
    for (std::size_t finding = 0; finding < counts.size(); ++finding) {
        text += fmt::format("{}={},", kCodes[finding], counts[finding]);
    }
    return text + fmt::format("CENTS={},VISITS={},CHK={}", cents, visits, check);
}

Digest digestOf(const Records& records, const std::vector<Decided>& decided) {
    Digest digest;
    for (std::size_t index = 0; index < decided.size(); ++index) {
        digest.add(records.keys[records.visits[index].key], decided[index]);
    }
    return digest;
}

}  // namespace proviso::bench::part_b

#include "tests/bench/workload/generator.h"

#include "runtime/values/date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace proviso::bench {

namespace {

constexpr std::uint32_t kMedicare = 0;  // in the order of kPayors
constexpr std::uint32_t kAdvantage = 1;
constexpr std::uint32_t kMedicaid = 2;
constexpr std::uint32_t kTricare = 3;

constexpr std::array<const char*, 20> kStates = {"TX", "CA", "FL", "NY", "PA", "IL", "OH",
                                                 "GA", "NC", "MI", "NJ", "VA", "WA", "AZ",
                                                 "TN", "MA", "IN", "MO", "CO", "AL"};

constexpr std::uint64_t kDays = 731;  // 2024 and 2025

bool poolsUnits(std::uint32_t payor) {
    return payor <= kTricare;
}

bool marksAssistants(std::uint32_t payor) {
    return payor == kMedicare || payor == kAdvantage || payor == kTricare;
}

}  // namespace

const std::vector<VisitGenerator::Weighted> VisitGenerator::kPayors = {{"medicare_b", 38},
                                                                       {"medicare_adv", 17},
                                                                       {"medicaid", 14},
                                                                       {"tricare", 4},
                                                                       {"commercial", 23},
                                                                       {"workers_comp", 4}};
const std::vector<VisitGenerator::Weighted> VisitGenerator::kSettings = {
    {"private_practice", 55},
    {"outpatient_hospital", 22},
    {"snf_part_b", 12},
    {"corf", 5},
    {"home", 6}};
const std::vector<VisitGenerator::Weighted> VisitGenerator::kAvailabilities = {
    {"in_room", 10}, {"on_site", 52}, {"virtual", 18}, {"phone", 17}, {"none", 3}};
const std::vector<VisitGenerator::Weighted> VisitGenerator::kTimed = {{"97110", 34, 4050},
                                                                      {"97112", 18, 4480},
                                                                      {"97116", 9, 3980},
                                                                      {"97140", 20, 3720},
                                                                      {"97530", 16, 4610},
                                                                      {"97535", 3, 4300}};
const std::vector<VisitGenerator::Weighted> VisitGenerator::kEvaluations = {
    {"97161", 30, 11400}, {"97162", 45, 11400}, {"97163", 15, 11400}, {"97164", 10, 7800}};
const std::vector<VisitGenerator::Weighted> VisitGenerator::kUntimed = {{"G0283", 60, 1450},
                                                                        {"97150", 40, 2100}};

VisitGenerator::VisitGenerator(std::uint64_t visits, std::uint32_t seed)
    : visits_(visits),
      patients_(static_cast<std::uint32_t>(std::max<std::uint64_t>(50, visits / 17))), state_(seed),
      homes_(patients_), known_(patients_) {}

// mulberry32
std::uint32_t VisitGenerator::random() {
    state_ += 0x6d2b79f5U;
    std::uint32_t mixed = (state_ ^ (state_ >> 15U)) * (state_ | 1U);
    mixed ^= mixed + (mixed ^ (mixed >> 7U)) * (mixed | 61U);
    return mixed ^ (mixed >> 14U);
}

std::uint32_t VisitGenerator::pick(const std::vector<Weighted>& table) {
    std::uint32_t total = 0;
    for (const Weighted& entry : table) {
        total += entry.weight;
    }
    std::uint32_t left = below(total);
    std::uint32_t index = 0;
    while (left >= table[index].weight) {
        left -= table[index++].weight;
    }
    return index;
}

const VisitGenerator::Home& VisitGenerator::homeOf(std::uint32_t patient) {
    if (!known_[patient]) {
        known_[patient] = true;
        Home& home = homes_[patient];
        home.payor = pick(kPayors);
        home.state = kStates[below(kStates.size())];
        home.setting = kSettings[pick(kSettings)].name;
    }
    return homes_[patient];
}

// `kind`: 0 the therapist treats, 1 the assistant, 2 both.
VisitGenerator::Line VisitGenerator::drawLine(std::uint32_t number, std::uint32_t kind) {
    Line line{};
    line.kind = number == 0 && chance(14) ? LineClass::Evaluation
                : chance(12)              ? LineClass::Untimed
                                          : LineClass::Timed;
    const std::vector<Weighted>& table = line.kind == LineClass::Evaluation ? kEvaluations
                                         : line.kind == LineClass::Untimed  ? kUntimed
                                                                            : kTimed;
    const Weighted& code = table[pick(table)];
    line.code = code.name;
    line.price = code.price;
    const bool evaluation = line.kind == LineClass::Evaluation;
    const std::uint32_t minutes = evaluation ? 20 + below(26) : 6 + below(32);
    if (evaluation) {
        line.assistant = chance(3) ? minutes : 0;
    } else if (kind == 1) {
        line.assistant = minutes;
    } else if (kind == 2) {
        line.assistant = below(minutes + 1);
        if (chance(40)) {
            line.assistant = minutes * below(18) / 100;
        }
    }
    line.therapist = minutes - line.assistant;
    line.units = line.kind == LineClass::Timed ? (minutes + 7) / 15 : 1;
    return line;
}

// Moves units until the timed lines have as many as the minutes give, or, now and then, one more.
void VisitGenerator::billUnits(bool pooled) {
    std::vector<Line*> timed;
    std::uint32_t minutes = 0;
    std::uint32_t have = 0;
    for (Line& line : lines_) {
        if (line.kind == LineClass::Timed) {
            timed.push_back(&line);
            minutes += line.therapist + line.assistant;
            have += line.units;
        }
    }
    if (timed.empty()) {
        return;
    }
    const std::uint32_t due = pooled ? (minutes + 7) / 15 : have;
    const std::uint32_t target = due + (chance(6) ? 1U : 0U);
    for (std::size_t at = timed.size() - 1; have != target;
         at = (at + timed.size() - 1) % timed.size()) {
        if (have < target) {
            timed[at]->units += 1;
            have += 1;
        } else if (timed[at]->units > 0) {
            timed[at]->units -= 1;
            have -= 1;
        }
    }
}

void VisitGenerator::appendModifiers(
    std::string& out, const Line& line, bool occupational, bool marks, bool over) {
    out += occupational ? "\"GO\"" : "\"GP\"";
    bool marked = marks && line.kind != LineClass::Evaluation &&
                  line.assistant * 10 > line.therapist + line.assistant;
    if (marks && chance(4)) {
        marked = !marked;
    }
    const bool ofOccupational = occupational != chance(1);
    if (marked) {
        out += ofOccupational ? ",\"CO\"" : ",\"CQ\"";
    }
    if (over && chance(88)) {
        out += ",\"KX\"";
    }
    if (chance(9)) {
        out += ",\"59\"";
    }
}

bool VisitGenerator::next(std::string& out) {
    if (next_ == visits_) {
        return false;
    }
    const std::uint64_t number = next_++;
    constexpr auto kFirstDay = static_cast<std::int32_t>(dateOf({2024, 1, 1}).days);
    const auto day = kFirstDay + static_cast<std::int32_t>(number * kDays / visits_);
    const std::uint32_t patient = below(patients_);
    const Home& home = homeOf(patient);
    const std::uint32_t kindDraw = below(100);
    const std::uint32_t kind = kindDraw < 45 ? 0 : kindDraw < 75 ? 1 : 2;
    const bool occupational = chance(5);
    const std::uint32_t count = 2 + below(4);
    lines_.clear();
    for (std::uint32_t line = 0; line < count; ++line) {
        lines_.push_back(drawLine(line, kind));
    }
    billUnits(poolsUnits(home.payor));
    std::int64_t total = 0;
    for (Line& line : lines_) {
        line.cents = line.kind == LineClass::Timed
                         ? line.price * std::max(1U, line.units) + below(300)
                         : line.price + below(200);
        total += line.cents;
    }
    const std::string date = formatDate(Date{day});
    bool over = false;
    if (home.payor == kMedicare) {
        const bool first = date[3] == '4';
        std::int64_t& charged = charged_[std::uint64_t{patient} * 2 + (first ? 0 : 1)];
        charged += total;
        over = charged > (first ? 233000 : 241000);
    }
    std::array<std::string, 8> modifiers;
    for (std::uint32_t line = 0; line < count; ++line) {
        appendModifiers(
            modifiers[line], lines_[line], occupational, marksAssistants(home.payor), over);
    }
    const std::uint32_t certifiedAgo = below(chance(8) ? 130 : 88);
    const std::uint32_t treatedAgo = 1 + below(chance(9) ? 60 : 29);
    const char* availability = kAvailabilities[pick(kAvailabilities)].name;
    const std::uint32_t daysDraw = below(100);
    auto at = std::back_inserter(out);
    fmt::format_to(at,
                   R"({{"visit_id":"V{:08}","patient_id":"P{:07}","dos":"{}","payor":"{}",)"
                   R"("state":"{}","setting":"{}","clinic":"C{:04}","pt_availability":"{}",)"
                   R"("poc":{{"cert_date":"{}","days":{}}},"last_pt_visit":"{}","lines":[)",
                   number + 1,
                   patient,
                   date,
                   kPayors[home.payor].name,
                   home.state,
                   home.setting,
                   patient % 997,
                   availability,
                   formatDate(Date{day - static_cast<std::int32_t>(certifiedAgo)}),
                   daysDraw < 80   ? 90
                   : daysDraw < 95 ? 60
                                   : 30,
                   formatDate(Date{day - static_cast<std::int32_t>(treatedAgo)}));
    for (std::uint32_t index = 0; index < count; ++index) {
        const Line& line = lines_[index];
        const std::uint64_t npi =
            1000000000 + (std::uint64_t{patient} * 7919 + (index + 1) * 104729) % 899999999;
        fmt::format_to(at,
                       R"({}{{"line":{},"cpt":"{}","modifiers":[{}],"units":{},"charge_cents":{},)"
                       R"("rendering_npi":"{}","segments":[)",
                       index == 0 ? "" : ",",
                       index + 1,
                       line.code,
                       modifiers[index],
                       line.units,
                       line.cents,
                       npi);
        const bool therapist = line.therapist > 0 || line.assistant == 0;
        if (therapist) {
            fmt::format_to(at, R"({{"role":"PT","minutes":{}}})", line.therapist);
        }
        if (line.assistant > 0) {
            fmt::format_to(
                at, R"({}{{"role":"PTA","minutes":{}}})", therapist ? "," : "", line.assistant);
        }
        out += "]}";
    }
    out += "]}\n";
    return true;
}

}  // namespace proviso::bench

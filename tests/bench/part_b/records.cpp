#include "tests/bench/part_b/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace proviso::bench::part_b {

namespace {

constexpr std::array<const char*, 9> kTimed = {
    "97110", "97112", "97116", "97140", "97530", "97535", "97035", "97032", "97750"};
constexpr std::array<const char*, 6> kUntimed = {
    "97012", "97016", "G0283", "97150", "97010", "97018"};
constexpr std::array<const char*, 4> kPtEvaluations = {"97161", "97162", "97163", "97164"};
constexpr std::array<const char*, 4> kOtEvaluations = {"97165", "97166", "97167", "97168"};
constexpr std::array<const char*, 7> kSettings = {"private_practice",
                                                  "private_practice",
                                                  "private_practice",
                                                  "rehab_agency",
                                                  "hospital_outpatient",
                                                  "corf",
                                                  "critical_access_hospital"};
constexpr std::array<const char*, 7> kPresences = {
    "unavailable", "telecom", "video", "on_campus", "in_suite", "in_area", "in_room"};
constexpr std::array<const char*, 6> kStates = {"TX", "FL", "OH", "MD", "NJ", "CA"};
constexpr std::array<const char*, 12> kOtherModifiers = {
    "59", "GA", "GZ", "KX", "GN", "GP", "GO", "CQ", "CO", "XE", "76", "LT"};

class Maker {
  public:
    Maker(std::uint32_t visits, std::uint32_t seed)
        : visits_(visits), state_(seed * 2654435761U + 1) {}

    std::string make() {
        for (std::uint32_t patient = 0; number_ < visits_; ++patient) {
            makePatient(patient);
        }
        return std::move(out_) + later_;
    }

  private:
    struct Treatment {
        const char* code;
        std::uint32_t therapist;
        std::uint32_t assistant;
        std::uint32_t together;
        std::uint32_t cents;
        bool timed;
    };

    std::uint32_t below(std::uint32_t bound) {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 17U;
        state_ ^= state_ << 5U;
        return state_ % bound;
    }
    bool chance(std::uint32_t percent) { return below(100) < percent; }
    template <class Table>
    const char* pick(const Table& table) {
        return table[below(static_cast<std::uint32_t>(table.size()))];
    }

    static std::string money(std::uint32_t cents) {
        return fmt::format("\"{}.{:02}\"", cents / 100, cents % 100);
    }

    void makePatient(std::uint32_t patient) {
        const std::uint32_t year = 2024 + below(2);
        const bool occupational = chance(20);
        const char* const setting = pick(kSettings);
        const char* const state = pick(kStates);
        const bool often = chance(60);  // assistants treat here
        std::uint32_t figure = below(chance(85) ? 120'000 : 330'000);
        std::uint32_t month = 1 + below(10);
        std::uint32_t day = 2 + below(9);
        const std::uint32_t visits = 4 + below(24);
        bool first = true;
        for (std::uint32_t visit = 0; visit < visits && month <= 12 && number_ < visits_; ++visit) {
            const std::uint32_t sessions = chance(4) ? 2 : 1;
            for (std::uint32_t session = 0; session < sessions; ++session) {
                makeVisit(patient,
                          year,
                          month,
                          day,
                          session,
                          occupational,
                          setting,
                          state,
                          often,
                          figure,
                          first);
                first = false;
            }
            day += 2 + below(4);
            if (day > 28) {
                day = 2 + below(3);
                ++month;
                figure += below(30'000);
            }
        }
    }

    std::vector<Treatment> drawTreatments(bool occupational, bool often, bool evaluates) {
        std::vector<Treatment> all;
        const bool assisted = often && chance(70);
        const std::uint32_t count = 1 + below(4);
        for (std::uint32_t index = 0; index < count; ++index) {
            Treatment one{};
            one.timed = chance(85);
            one.code = one.timed ? pick(kTimed) : pick(kUntimed);
            const std::uint32_t minutes = 3 + below(43);
            if (assisted && chance(75)) {
                // Whole, or some of it: around the tenth and the eighth minute it becomes
                // interesting.
                one.assistant = chance(40) ? minutes : below(std::min(minutes, 24U) + 1);
                one.therapist = minutes - one.assistant;
                one.together = chance(10) ? below(15) : 0;
            } else {
                one.therapist = minutes;
            }
            one.cents = 1'500 + below(6'000);
            all.push_back(one);
        }
        if (evaluates) {
            Treatment one{};
            one.code = occupational != chance(3) ? pick(kOtEvaluations) : pick(kPtEvaluations);
            one.therapist = 25 + below(30);
            one.assistant = chance(3) ? 5 : 0;
            one.cents = 9'000 + below(2'000);
            all.push_back(one);
        }
        return all;
    }

    void makeVisit(std::uint32_t patient,
                   std::uint32_t year,
                   std::uint32_t month,
                   std::uint32_t day,
                   std::uint32_t session,
                   bool occupational,
                   const char* setting,
                   const char* state,
                   bool often,
                   std::uint32_t figure,
                   bool first) {
        const std::vector<Treatment> treatments =
            drawTreatments(occupational, often, first || chance(2));
        std::uint32_t assistantMinutes = 0;
        for (const Treatment& one : treatments) {
            assistantMinutes += one.assistant;
        }
        const std::uint32_t number = ++number_;
        std::string line = fmt::format(
            R"({{"visit_id":"V-{:07}","patient_id":"P-{:06}","service_date":"{}-{:02}-{:02}","sequence":{},)"
            R"("recorded_on":"{}-{:02}-{:02}","discipline":"{}","state":"{}","setting":"{}","payor":"medicare_part_b",)"
            R"("clinic_id":"C-{}","supervisor_id":"T-{}","supervisor_presence":"{}","supervision_logged":{},"services":[)",
            number,
            patient,
            year,
            month,
            day,
            session,
            year,
            month,
            day,
            occupational ? "OT" : "PT",
            state,
            setting,
            state,
            patient % 9,
            pick(kPresences),
            chance(92) ? "true" : "false");
        for (const Treatment& one : treatments) {
            line += fmt::format(R"({}{{"code":"{}","therapist_minutes":{},"assistant_minutes":{},)",
                                line.back() == '[' ? "" : ",",
                                one.code,
                                one.therapist,
                                one.assistant);
            if (one.together != 0) {
                line += fmt::format(R"("together_minutes":{},)", one.together);
            }
            line += fmt::format(
                R"("allowed":{},"charge":{}}})", money(one.cents), money(2 * one.cents));
        }
        line += fmt::format(
            R"(],"clinicians":[{{"clinician_id":"T-{}","role":"{}","start":600,"end":660}})",
            patient % 9,
            occupational ? "OT" : "PT");
        if (assistantMinutes != 0) {
            line += fmt::format(R"(,{{"clinician_id":"A-{}","role":"{}","start":600,"end":660}})",
                                patient % 7,
                                occupational ? "OTA" : "PTA");
        }
        line += fmt::format(
            R"(],"episode":{{"episode_id":"E-{}","evaluated_on":"{}-{:02}-{:02}","evaluated_by_role":"PT","order_on_file":true}},)"
            R"("note":{{"author_role":"{}","kind":"treatment","signature":true}},"allowed_to_date":[)"
            R"({{"bucket":"{}","amount":{},"as_of":"{}-{:02}-01","complete":true}})",
            patient,
            year,
            month,
            1,
            chance(96) ? (occupational ? "OT" : "PT") : (occupational ? "OTA" : "PTA"),
            occupational ? "ot" : "pt_slp",
            money(figure),
            year,
            month);
        if (chance(5)) {
            line += fmt::format(
                R"(,{{"bucket":"{}","amount":{},"as_of":"{}-{:02}-{:02}","complete":true}})",
                occupational ? "ot" : "pt_slp",
                money(figure + below(20'000)),
                year,
                month,
                day);
        }
        line += R"(],"billed":[)";
        for (const Treatment& one : treatments) {
            addBilled(line, one, occupational, year, figure);
        }
        line += "]";
        out_ += line + "}\n";
        if (chance(1)) {
            // The same once more, recorded later: with another therapist's presence, or void.
            later_ += line + R"(,"revision":1)" + (chance(40) ? R"(,"void":true)" : "") + "}\n";
        }
    }

    static std::uint32_t assistedOf(const Treatment& one, std::uint32_t units) {
        const std::uint32_t therapist = one.therapist + one.together;
        if (!one.timed) {
            return one.assistant * 9 > therapist ? 1 : 0;
        }
        const std::uint32_t blocks = one.assistant / 15;
        const std::uint32_t whole = therapist / 15 + blocks;
        const bool overTenth = 9 * (one.assistant % 15) > therapist % 15;
        const bool therapistsOwn = therapist % 15 >= 8;
        if (units <= whole) {
            return blocks;
        }
        return blocks + (units - whole == 1 ? (overTenth && !therapistsOwn ? 1 : 0)
                                            : (therapistsOwn ? 1
                                               : overTenth   ? 2
                                                             : 0));
    }

    // Mostly as it should be; now and then a unit too many or too few, a modifier more or less.
    void addBilled(std::string& line,
                   const Treatment& one,
                   bool occupational,
                   std::uint32_t year,
                   std::uint32_t figure) {
        const std::uint32_t minutes = one.therapist + one.assistant + one.together;
        std::uint32_t units = one.timed ? (minutes + 7) / 15 : 1;
        units += chance(4) ? 1 : 0;
        units -= units > 1 && chance(4) ? 1 : 0;
        std::uint32_t assisted = std::min(assistedOf(one, units), units);
        if (chance(3)) {
            assisted = units - assisted;
        }
        for (const bool marked : {false, true}) {
            const std::uint32_t part = marked ? assisted : units - assisted;
            if (part == 0) {
                continue;
            }
            std::string modifiers = chance(97) ? (occupational ? "\"GO\"" : "\"GP\"") : "";
            const auto add = [&](const char* modifier) {
                modifiers += fmt::format("{}\"{}\"", modifiers.empty() ? "" : ",", modifier);
            };
            if (marked) {
                add(occupational ? "CO" : "CQ");
            }
            if (figure > (year == 2024 ? 225'000U : 235'000U) ? chance(85) : chance(2)) {
                add("KX");
            }
            for (std::uint32_t more = 0; more < 5 && chance(4 + 30 * more); ++more) {
                const char* const other = pick(kOtherModifiers);
                if (modifiers.find(other) == std::string::npos) {
                    add(other);
                }
            }
            line += fmt::format(
                R"({}{{"line":"{}","code":"{}","units":{},"modifiers":[{}],"charge":{},"allowed":{}}})",
                line.back() == '[' ? "" : ",",
                part,
                one.code,
                part,
                modifiers,
                money(2 * one.cents),
                money(one.cents * part / std::max(1U, units)));
        }
    }

    std::uint32_t visits_;
    std::uint32_t state_;
    std::uint32_t number_ = 0;
    std::string out_;
    std::string later_;
};

}  // namespace

std::string makeVisits(std::uint32_t visits, std::uint32_t seed) {
    return Maker(visits, seed).make();
}

}  // namespace proviso::bench::part_b

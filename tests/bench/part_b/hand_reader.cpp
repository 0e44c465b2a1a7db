#include "runtime/values/date.h"
#include "tests/bench/part_b/hand.h"
#include "tests/bench/part_b/words.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <simdjson.h>
#include <tuple>
#include <unordered_map>

namespace proviso::bench::part_b {

namespace {

namespace json = simdjson::ondemand;

std::int32_t number(const char* at, int digits) {
    std::int32_t value = 0;
    for (int index = 0; index < digits; ++index) {
        value = value * 10 + (at[index] - '0');
    }
    return value;
}

std::int32_t dayOf(std::string_view text) {
    return static_cast<std::int32_t>(
        dateOf({number(text.data(), 4), number(text.data() + 5, 2), number(text.data() + 8, 2)})
            .days);
}

/// "59.00", "59.5" or 59 in cents.
std::int32_t centsOf(json::value value) {
    std::string_view text = value.raw_json_token();
    std::int32_t cents = 0;
    int places = -1;
    for (const char character : text) {
        if (character == '.') {
            places = 0;
        } else if (character >= '0' && character <= '9') {
            cents = cents * 10 + (character - '0');
            places += places >= 0 ? 1 : 0;
        }
    }
    for (places = std::max(places, 0); places < 2; ++places) {
        cents *= 10;
    }
    return cents;
}

/// Digits come before letters, as in texts.
std::uint32_t codeOf(std::string_view text) {
    const bool letter = text[0] > '9';
    const auto digits = static_cast<std::uint32_t>(
        number(text.data() + (letter ? 1 : 0), static_cast<int>(text.size()) - (letter ? 1 : 0)));
    return letter ? 100'000U * static_cast<std::uint32_t>(text[0] - 'A' + 1) + digits : digits;
}

std::uint16_t kindOf(std::uint32_t code) {
    switch (code) {
    case 97032:
    case 97033:
    case 97034:
    case 97035:
    case 97036:
    case 97110:
    case 97112:
    case 97113:
    case 97116:
    case 97124:
    case 97140:
    case 97530:
    case 97533:
    case 97535:
    case 97537:
    case 97542:
    case 97750:
    case 97755:
    case 97760:
    case 97761:
    case 97763:
        return kTimed | kAlwaysTherapy;
    case 97161:
    case 97162:
    case 97163:
    case 97164:
        return kUntimed | kEvaluation | kPtEvaluation | kAlwaysTherapy;
    case 97165:
    case 97166:
    case 97167:
    case 97168:
        return kUntimed | kEvaluation | kOtEvaluation | kAlwaysTherapy;
    case 92521:
    case 92522:
    case 92523:
    case 92524:
        return kUntimed | kEvaluation | kAlwaysTherapy;
    case 97012:
    case 700'283:  // G0283
    case 97016:
    case 97018:
    case 97022:
    case 97024:
    case 97026:
    case 97028:
    case 97150:
    case 92507:
    case 92508:
    case 92526:
        return kUntimed | kAlwaysTherapy;
    case 97039:
    case 97139:
    case 97545:
    case 97546:
    case 97799:
        return kAlwaysTherapy;
    case 97010:
    case 97014:
        return kUntimed | kNotPayable;
    case 97037:
        return kFrom2024;
    case 95851:
    case 95852:
    case 95992:
    case 20560:
    case 20561:
        return kUntimed;
    default:
        return 0;
    }
}

std::uint16_t modifierOf(std::string_view text) {
    const auto is = [&](char second) { return text.size() == 2 && text[1] == second; };
    switch (text[0]) {
    case 'G':
        return is('P') ? kGp : is('O') ? kGo : is('N') ? kGn : is('A') ? kGa : is('Z') ? kGz : 0;
    case 'C':
        return is('Q') ? kCq : is('O') ? kCo : 0;
    case 'K':
        return is('X') ? kKx : 0;
    default:
        return 0;
    }
}

// In the order of Setting and of Presence.
constexpr std::array<std::string_view, 7> kSettings = {"private_practice",
                                                       "hospital_outpatient",
                                                       "rehab_agency",
                                                       "corf",
                                                       "snf_part_b",
                                                       "home_health_part_b",
                                                       "critical_access_hospital"};
constexpr std::array<std::string_view, 8> kPresences = {
    "", "unavailable", "telecom", "video", "on_campus", "in_suite", "in_area", "in_room"};

template <class Words>
std::uint8_t wordOf(const Words& words, std::string_view text) {
    return static_cast<std::uint8_t>(std::find(words.begin(), words.end(), text) - words.begin());
}

bool isAssistantRole(std::string_view role) {
    return role == "PTA" || role == "OTA";
}

class Reader {
  public:
    explicit Reader(Records& out) : out_(out) {}

    // `slack` bytes behind the line may be read.
    void line(const char* at, std::size_t size, std::size_t slack) {
        auto document = parser_.iterate(simdjson::padded_string_view(at, size, slack));
        Visit visit;
        visit.firstService = static_cast<std::uint32_t>(out_.services.size());
        visit.firstBilled = static_cast<std::uint32_t>(out_.billed.size());
        visit.firstFigure = static_cast<std::uint32_t>(out_.figures.size());
        std::string_view key;
        std::string_view patient;
        bool ours = false;
        for (auto field : document.get_object()) {
            const std::string_view name = field.unescaped_key();
            json::value value = field.value();
            if (name == "visit_id") {
                key = value.get_string();
            } else if (name == "patient_id") {
                patient = value.get_string();
            } else if (name == "service_date") {
                visit.day = dayOf(value.get_string());
            } else if (name == "sequence") {
                visit.sequence = static_cast<std::int16_t>(std::int64_t(value.get_int64()));
            } else if (name == "recorded_on") {
                visit.recorded = dayOf(value.get_string());
            } else if (name == "revision") {
                visit.revision = static_cast<std::int16_t>(std::int64_t(value.get_int64()));
            } else if (name == "void") {
                visit.isVoid = value.get_bool();
            } else if (name == "discipline") {
                const std::string_view text = value.get_string();
                visit.discipline = text == "PT" ? kPt : text == "OT" ? kOt : kSlp;
            } else if (name == "state") {
                const std::string_view text = value.get_string();
                visit.state = static_cast<std::uint16_t>(text[0] << 8 | text[1]);
            } else if (name == "setting") {
                const std::string_view text = value.get_string();
                visit.setting = wordOf(kSettings, text);
            } else if (name == "payor") {
                ours = std::string_view(value.get_string()) == "medicare_part_b";
            } else if (name == "supervisor_presence") {
                visit.presence = wordOf(kPresences, std::string_view(value.get_string()));
            } else if (name == "supervision_logged") {
                visit.notLogged = !value.get_bool();
            } else if (name == "services") {
                services(value, visit);
            } else if (name == "clinicians") {
                for (auto clinician : value.get_array()) {
                    visit.withAssistant |=
                        isAssistantRole(clinician.find_field_unordered("role").get_string());
                }
            } else if (name == "billed") {
                billed(value);
            } else if (name == "allowed_to_date") {
                figures(value);
            } else if (name == "note") {
                std::string_view role;
                if (value.find_field_unordered("author_role").get_string().get(role) ==
                    simdjson::SUCCESS) {
                    visit.noteByAssistant =
                        isAssistantRole(role) || role == "aide" || role == "student";
                }
            }
        }
        if (!ours) {
            out_.services.resize(visit.firstService);
            out_.billed.resize(visit.firstBilled);
            out_.figures.resize(visit.firstFigure);
            return;
        }
        visit.services = static_cast<std::uint32_t>(out_.services.size()) - visit.firstService;
        visit.billed = static_cast<std::uint32_t>(out_.billed.size()) - visit.firstBilled;
        visit.figures = static_cast<std::uint32_t>(out_.figures.size()) - visit.firstFigure;
        visit.patient = idOf(patients_, patient);
        visit.key = idOf(keys_, key);
        if (visit.key == out_.keys.size()) {
            out_.keys.emplace_back(key);
            out_.visits.push_back(visit);
            return;
        }
        Visit& former = out_.visits[visit.key];
        if (std::tie(former.recorded, former.revision) < std::tie(visit.recorded, visit.revision)) {
            former = visit;
        }
    }

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    using Ids = std::unordered_map<std::string_view, std::uint32_t, Hash, std::equal_to<>>;

    std::uint32_t idOf(Ids& ids, std::string_view text) {
        const auto known = ids.find(text);
        if (known != ids.end()) {
            return known->second;
        }
        const auto id = static_cast<std::uint32_t>(ids.size());
        names_.emplace_back(text);
        ids.emplace(names_.back(), id);
        return id;
    }

    void services(json::value& value, Visit& visit) {
        for (auto element : value.get_array()) {
            Service service;
            for (auto field : element.get_object()) {
                const std::string_view name = field.unescaped_key();
                if (name == "code") {
                    service.code = codeOf(field.value().get_string());
                    service.kind = kindOf(service.code);
                } else if (name == "therapist_minutes" || name == "together_minutes") {
                    service.therapist = static_cast<std::int16_t>(
                        service.therapist + std::int64_t(field.value().get_int64()));
                } else if (name == "assistant_minutes") {
                    service.assistant =
                        static_cast<std::int16_t>(std::int64_t(field.value().get_int64()));
                } else if (name == "allowed") {
                    service.cents = centsOf(field.value());
                }
            }
            visit.withAssistant |= service.assistant > 0;
            out_.services.push_back(service);
        }
    }

    void billed(json::value& value) {
        for (auto element : value.get_array()) {
            Billed line;
            for (auto field : element.get_object()) {
                const std::string_view name = field.unescaped_key();
                if (name == "code") {
                    line.code = codeOf(field.value().get_string());
                    line.kind = kindOf(line.code);
                } else if (name == "units") {
                    line.units = static_cast<std::int16_t>(std::int64_t(field.value().get_int64()));
                } else if (name == "modifiers") {
                    for (auto modifier : field.value().get_array()) {
                        line.modifiers |= modifierOf(modifier.get_string());
                        line.modifierCount += 1;
                    }
                } else if (name == "allowed") {
                    line.cents = centsOf(field.value());
                }
            }
            out_.billed.push_back(line);
        }
    }

    void figures(json::value& value) {
        for (auto element : value.get_array()) {
            Figure figure;
            for (auto field : element.get_object()) {
                const std::string_view name = field.unescaped_key();
                if (name == "bucket") {
                    figure.occupational = std::string_view(field.value().get_string()) == "ot";
                } else if (name == "amount") {
                    figure.cents = centsOf(field.value());
                } else if (name == "as_of") {
                    figure.day = dayOf(field.value().get_string());
                } else if (name == "complete") {
                    figure.complete = field.value().get_bool();
                }
            }
            out_.figures.push_back(figure);
        }
    }

    Records& out_;
    json::parser parser_;
    std::deque<std::string> names_;  // what the maps' keys point at
    Ids patients_;
    Ids keys_;
};

}  // namespace

Records read(const std::string& path) {
    constexpr std::size_t kBuffer = std::size_t{1} << 20U;
    Records records;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
    if (!file) {
        throw simdjson::simdjson_error(simdjson::IO_ERROR);
    }
    Reader reader(records);
    std::string buffer(kBuffer + simdjson::SIMDJSON_PADDING, '\0');
    std::size_t filled = 0;
    for (bool more = true; more;) {
        const std::size_t got = std::fread(buffer.data() + filled, 1, kBuffer - filled, file.get());
        more = got == kBuffer - filled;
        filled += got;
        std::size_t begin = 0;
        while (begin < filled) {
            const auto* const newline =
                static_cast<const char*>(std::memchr(&buffer[begin], '\n', filled - begin));
            if (newline == nullptr && more) {
                break;
            }
            const std::size_t end =
                newline == nullptr ? filled : static_cast<std::size_t>(newline - buffer.data());
            if (end != begin) {
                reader.line(&buffer[begin], end - begin, buffer.size() - begin);
            }
            begin = end + 1;
        }
        begin = std::min(begin, filled);
        std::memmove(buffer.data(), &buffer[begin], filled - begin);
        filled -= begin;
        if (filled == kBuffer) {
            throw simdjson::simdjson_error(simdjson::CAPACITY);
        }
    }
    std::erase_if(records.visits, [](const Visit& visit) { return visit.isVoid; });
    std::sort(records.visits.begin(), records.visits.end(), [](const Visit& a, const Visit& b) {
        return std::tie(a.patient, a.day, a.discipline, a.setting, a.state, a.sequence, a.key) <
               std::tie(b.patient, b.day, b.discipline, b.setting, b.state, b.sequence, b.key);
    });
    return records;
}

}  // namespace proviso::bench::part_b

#include "tests/bench/workload/hand.h"

#include "runtime/values/date.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <simdjson.h>

namespace proviso::bench::hand {

namespace {

constexpr std::int32_t dayOf(std::int64_t year, int month, int day) {
    return static_cast<std::int32_t>(dateOf({year, month, day}).days);
}

constexpr std::int32_t kMarksFrom = dayOf(2022, 1, 1);
constexpr std::int32_t kGeneralFrom = dayOf(2025, 1, 1);
constexpr std::int32_t kVideoThrough = dayOf(2025, 6, 30);
constexpr std::array<std::int64_t, 2> kThresholds = {233'000, 241'000};

int number(const char* at, int digits) {
    int value = 0;
    for (int index = 0; index < digits; ++index) {
        value = value * 10 + (at[index] - '0');
    }
    return value;
}

std::int32_t dayOf(std::string_view text) {
    return dayOf(number(text.data(), 4), number(text.data() + 5, 2), number(text.data() + 8, 2));
}

std::uint8_t payorOf(std::string_view text) {
    if (text == "medicare_b") {
        return kMedicare;
    }
    if (text == "medicare_adv") {
        return kAdvantage;
    }
    if (text == "medicaid") {
        return kMedicaid;
    }
    return text == "tricare" ? kTricare : kOther;
}

std::uint8_t presenceOf(std::string_view text) {
    switch (text[0]) {
    case 'i':
        return 3;
    case 'o':
        return 2;
    case 'v':
        return kVideo;
    case 'p':
        return 1;
    default:
        return 0;
    }
}

std::uint8_t kindOf(std::string_view code) {
    if (code[0] != '9') {
        return kUntimed;
    }
    switch (number(code.data() + 1, 4)) {
    case 7110:
    case 7112:
    case 7116:
    case 7140:
    case 7530:
    case 7535:
        return kTimed;
    case 7161:
    case 7162:
    case 7163:
    case 7164:
        return kEvaluation;
    default:
        return kUntimed;
    }
}

std::uint8_t modifierOf(std::string_view text) {
    if (text[0] == 'G') {
        return text[1] == 'P' ? kGp : kGo;
    }
    if (text[0] == 'C') {
        return text[1] == 'Q' ? kCq : kCo;
    }
    return text[0] == 'K' ? kKx : 0;
}

class Reader {
  public:
    explicit Reader(Records& out) : out_(out) {}

    // `slack` bytes behind the line may be read.
    void line(const char* at, std::size_t size, std::size_t slack) {
        auto document = parser_.iterate(simdjson::padded_string_view(at, size, slack));
        auto record = document.get_object();
        Visit visit;
        const std::string_view patient = record.find_field("patient_id").get_string();
        auto known = patients_.find(patient);
        if (known == patients_.end()) {
            names_.emplace_back(patient);
            known = patients_.emplace(names_.back(), static_cast<std::uint32_t>(patients_.size()))
                        .first;
        }
        visit.day = dayOf(std::string_view(record.find_field("dos").get_string()));
        visit.secondYear = visit.day >= kGeneralFrom ? 1 : 0;
        visit.sum = known->second * 2 + visit.secondYear;
        visit.payor = payorOf(record.find_field("payor").get_string());
        const std::string_view state = record.find_field("state").get_string();
        visit.stateLevel = state == "NY"                                                      ? 3
                           : state == "CA" || state == "MA" || state == "NJ" || state == "PA" ? 2
                                                                                              : 1;
        visit.excluded = state == "AL" || state == "IN" || state == "MO" || state == "TN";
        visit.privatePractice =
            std::string_view(record.find_field("setting").get_string())[0] == 'p';
        visit.presence = presenceOf(record.find_field("pt_availability").get_string());
        auto plan = record.find_field("poc");
        visit.due = dayOf(std::string_view(plan.find_field("cert_date").get_string()));
        visit.due += static_cast<std::int32_t>(std::int64_t(plan.find_field("days").get_int64()));
        visit.treated = dayOf(std::string_view(record.find_field("last_pt_visit").get_string()));
        visit.firstLine = static_cast<std::uint32_t>(out_.lines.size());
        for (auto element : record.find_field("lines").get_array()) {
            auto from = element.get_object();
            Line line;
            line.kind = kindOf(from.find_field("cpt").get_string());
            for (auto modifier : from.find_field("modifiers").get_array()) {
                line.modifiers |= modifierOf(modifier.get_string());
            }
            line.units =
                static_cast<std::int16_t>(std::int64_t(from.find_field("units").get_int64()));
            line.cents = static_cast<std::int32_t>(
                std::int64_t(from.find_field("charge_cents").get_int64()));
            for (auto part : from.find_field("segments").get_array()) {
                auto segment = part.get_object();
                const std::string_view role = segment.find_field("role").get_string();
                const auto minutes = static_cast<std::int16_t>(
                    std::int64_t(segment.find_field("minutes").get_int64()));
                std::int16_t& sum = role.size() == 3 ? line.assistant : line.therapist;
                sum = static_cast<std::int16_t>(sum + minutes);
            }
            out_.lines.push_back(line);
            visit.lines++;
        }
        out_.visits.push_back(visit);
        out_.sums = static_cast<std::uint32_t>(patients_.size() * 2);
    }

  private:
    Records& out_;
    simdjson::ondemand::parser parser_;
    std::unordered_map<std::string_view, std::uint32_t> patients_;
    std::deque<std::string> names_;
};

}  // namespace

Records read(const std::string& path) {
    constexpr std::size_t kBytes = std::size_t{1} << 20U;
    Records records;
    Reader reader(records);
    std::vector<char> buffer(kBytes + simdjson::SIMDJSON_PADDING);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
    if (!file) {
        throw simdjson::simdjson_error(simdjson::IO_ERROR);
    }
    std::setvbuf(file.get(), nullptr, _IONBF, 0);
    std::size_t held = 0;
    while (true) {
        const std::size_t got = std::fread(buffer.data() + held, 1, kBytes - held, file.get());
        held += got;
        const char* at = buffer.data();
        const char* const end = at + held;
        const char* const limit = buffer.data() + buffer.size();
        while (at < end) {
            const auto left = static_cast<std::size_t>(end - at);
            const auto* newline = static_cast<const char*>(std::memchr(at, '\n', left));
            if (newline == nullptr && got > 0) {
                break;
            }
            const std::size_t size =
                newline != nullptr ? static_cast<std::size_t>(newline - at) : left;
            reader.line(at, size, static_cast<std::size_t>(limit - at));
            at += std::min(size + 1, left);
        }
        held = static_cast<std::size_t>(end - at);
        std::memmove(buffer.data(), at, held);
        if (got == 0) {
            return records;
        }
    }
}

Columns columnsOf(const Records& records) {
    Columns columns;
    columns.sums = records.sums;
    for (const Visit& visit : records.visits) {
        columns.day.push_back(visit.day);
        columns.due.push_back(visit.due);
        columns.treated.push_back(visit.treated);
        columns.sum.push_back(visit.sum);
        columns.firstLine.push_back(visit.firstLine);
        columns.payor.push_back(visit.payor);
        columns.stateLevel.push_back(visit.stateLevel);
        columns.excluded.push_back(visit.excluded);
        columns.privatePractice.push_back(visit.privatePractice);
        columns.presence.push_back(visit.presence);
        columns.secondYear.push_back(visit.secondYear);
    }
    columns.firstLine.push_back(static_cast<std::uint32_t>(records.lines.size()));
    for (const Line& line : records.lines) {
        columns.cents.push_back(line.cents);
        columns.units.push_back(line.units);
        columns.therapist.push_back(line.therapist);
        columns.assistant.push_back(line.assistant);
        columns.kind.push_back(line.kind);
        columns.modifiers.push_back(line.modifiers);
    }
    return columns;
}

Decided decideOne(const Visit& visit, const Line* lines, std::int64_t& running) {
    Decided decided;
    const bool marks = visit.payor <= kTricare && visit.day >= kMarksFrom;
    int timed = 0;
    int lineByLine = 0;
    int billed = 0;
    int therapist = 0;
    int assistant = 0;
    std::int64_t charged = 0;
    bool gpWithoutKx = false;
    for (const Line* line = lines; line != lines + visit.lines; ++line) {
        const int minutes = line->therapist + line->assistant;
        const bool evaluation = line->kind == kEvaluation;
        const bool assisted = line->assistant * 10 > minutes;
        const bool gp = (line->modifiers & kGp) != 0;
        const bool cq = (line->modifiers & kCq) != 0;
        therapist += line->therapist;
        assistant += line->assistant;
        charged += line->cents;
        if (line->kind == kTimed) {
            timed += minutes;
            lineByLine += (minutes + 7) / 15;
            billed += line->units;
        }
        decided.counts[1] += marks && gp && !evaluation && assisted && !cq;
        decided.counts[2] += marks && gp && !evaluation && !assisted && cq;
        decided.counts[3] +=
            (gp && (line->modifiers & kCo) != 0) || (cq && (line->modifiers & kGo) != 0);
        decided.counts[4] += evaluation && cq;
        decided.counts[6] += evaluation && line->assistant > 0;
        gpWithoutKx |= gp && (line->modifiers & kKx) == 0;
        decided.cents += marks && cq ? (std::int64_t{line->cents} * 85 + 50) / 100 : line->cents;
    }
    const int allowed = visit.payor <= kMedicaid ? (timed + 7) / 15 : lineByLine;
    const int federal = visit.privatePractice != 0 && visit.day < kGeneralFrom ? 2 : 1;
    const int required = std::max<int>(federal, visit.stateLevel);
    const int presence =
        visit.presence == kVideo ? (visit.day <= kVideoThrough ? 2 : 1) : visit.presence;
    decided.counts[0] = billed != allowed;
    decided.counts[5] = assistant > 0 && presence < required;
    decided.counts[7] = visit.day > visit.due;
    decided.counts[8] = assistant > 0 && therapist == 0 && visit.day - visit.treated > 30;
    decided.counts[9] = visit.payor == kMedicaid && visit.excluded != 0 && assistant > 0;
    if (visit.payor == kMedicare) {
        running += charged;
        decided.kx = gpWithoutKx && running > kThresholds[visit.secondYear];
    }
    return decided;
}

Digest decideRows(const Records& records) {
    Digest digest;
    std::vector<std::int64_t> running(records.sums);
    std::int64_t number = 0;
    for (const Visit& visit : records.visits) {
        ++number;
        const Decided decided =
            decideOne(visit, &records.lines[visit.firstLine], running[visit.sum]);
        std::int64_t weights = 0;
        for (std::size_t finding = 0; finding < kWeights.size(); ++finding) {
            digest.counts[finding] += decided.counts[finding];
            weights += decided.counts[finding] * kWeights[finding];
        }
        digest.check += weights * number;
        digest.cents += decided.cents;
        digest.kx += decided.kx ? 1 : 0;
        digest.kxCheck += decided.kx ? number : 0;
    }
    return digest;
}

// Blocks of visits; plain loops over lines and over visits that the compiler makes vector code of.
// What is summed from lines to visits is packed in three words, so that only those loops have turns
// of unequal length.
Digest decideColumns(const Columns& c) {
    constexpr std::size_t kBlock = 1024;
    constexpr std::size_t kLines = kBlock * 8;
    Digest digest;
    std::vector<std::int64_t> running(c.sums);
    static std::array<std::uint64_t, kLines> minutesOf;
    static std::array<std::uint64_t, kLines> marksOf;
    static std::array<std::uint64_t, kLines> centsOf;
    static std::array<std::uint16_t, kBlock> timed, therapist, assistant, lineByLine, billed,
        weights;
    static std::array<std::uint8_t, kBlock> missing, extra, gpWithoutKx;
    static std::array<std::int32_t, kBlock> charged, reduced, code;
    const std::size_t visits = c.day.size();
    std::size_t first = 0;
    while (first < visits) {
        std::size_t count = std::min(kBlock, visits - first);
        while (c.firstLine[first + count] - c.firstLine[first] > kLines) {
            count /= 2;
        }
        const std::uint32_t line0 = c.firstLine[first];
        const std::size_t lines = c.firstLine[first + count] - line0;
        const std::int16_t* const pt = &c.therapist[line0];
        const std::int16_t* const pta = &c.assistant[line0];
        const std::int16_t* const units = &c.units[line0];
        const std::uint8_t* const kind = &c.kind[line0];
        const std::uint8_t* const mods = &c.modifiers[line0];
        const std::int32_t* const cents = &c.cents[line0];
        for (std::size_t i = 0; i < lines; ++i) {
            const auto all = static_cast<std::uint32_t>(pt[i] + pta[i]);
            const std::uint32_t mask = kind[i] == kTimed ? 0xffffU : 0U;
            const std::uint32_t fifteens = (all + 7) * 34953U >> 19U;  // (all + 7) / 15
            minutesOf[i] = (all & mask) | std::uint64_t{fifteens & mask} << 16U |
                           std::uint64_t{static_cast<std::uint16_t>(pt[i])} << 32U |
                           std::uint64_t{static_cast<std::uint16_t>(pta[i])} << 48U;
        }
        std::int32_t pairs = 0;
        std::int32_t marked = 0;
        std::int32_t assisted = 0;
        for (std::size_t i = 0; i < lines; ++i) {
            const std::uint32_t m = mods[i];
            const std::uint32_t gp = m & 1U;
            const std::uint32_t go = m >> 1U & 1U;
            const std::uint32_t cq = m >> 2U & 1U;
            const std::uint32_t co = m >> 3U & 1U;
            const std::uint32_t kx = m >> 4U & 1U;
            const std::uint32_t evaluation = kind[i] == kEvaluation ? 1U : 0U;
            const std::uint32_t due = pta[i] * 9 > pt[i] ? 1U : 0U;
            const std::uint32_t pair = (gp & co) | (go & cq);
            const std::uint32_t onEvaluation = evaluation & cq;
            const std::uint32_t byAssistant = evaluation & (pta[i] > 0 ? 1U : 0U);
            const std::uint32_t base = gp & (evaluation ^ 1U);
            const std::uint32_t own = 5U * pair + 7U * onEvaluation + 13U * byAssistant;
            const std::uint32_t sold =
                kind[i] == kTimed ? static_cast<std::uint32_t>(units[i]) : 0U;
            marksOf[i] =
                sold | std::uint64_t{own} << 16U | std::uint64_t{base & due & (cq ^ 1U)} << 32U |
                std::uint64_t{base & (due ^ 1U) & cq} << 40U | std::uint64_t{gp & (kx ^ 1U)} << 48U;
            pairs += static_cast<std::int32_t>(pair);
            marked += static_cast<std::int32_t>(onEvaluation);
            assisted += static_cast<std::int32_t>(byAssistant);
        }
        for (std::size_t i = 0; i < lines; ++i) {
            const auto full = static_cast<std::uint32_t>(cents[i]);
            const std::uint32_t less = (mods[i] & kCq) != 0 ? (full * 85U + 50U) / 100U : full;
            centsOf[i] = full | std::uint64_t{less} << 32U;
        }
        digest.counts[3] += pairs;
        digest.counts[4] += marked;
        digest.counts[6] += assisted;
        for (std::size_t v = 0, i = 0; v < count; ++v) {
            std::uint64_t minutes = 0;
            std::uint64_t marks = 0;
            std::uint64_t money = 0;
            for (const std::size_t end = c.firstLine[first + v + 1] - line0; i < end; ++i) {
                minutes += minutesOf[i];
                marks += marksOf[i];
                money += centsOf[i];
            }
            timed[v] = static_cast<std::uint16_t>(minutes);
            lineByLine[v] = static_cast<std::uint16_t>(minutes >> 16U);
            therapist[v] = static_cast<std::uint16_t>(minutes >> 32U);
            assistant[v] = static_cast<std::uint16_t>(minutes >> 48U);
            billed[v] = static_cast<std::uint16_t>(marks);
            weights[v] = static_cast<std::uint16_t>(marks >> 16U);
            missing[v] = static_cast<std::uint8_t>(marks >> 32U);
            extra[v] = static_cast<std::uint8_t>(marks >> 40U);
            gpWithoutKx[v] = static_cast<std::uint8_t>(marks >> 48U);
            charged[v] = static_cast<std::int32_t>(money);
            reduced[v] = static_cast<std::int32_t>(money >> 32U);
        }
        const std::int32_t* const day = &c.day[first];
        const std::uint8_t* const payor = &c.payor[first];
        std::int32_t missed = 0;
        std::int32_t surplus = 0;
        std::int64_t paid = 0;
        for (std::size_t v = 0; v < count; ++v) {
            const std::int32_t marks = (payor[v] <= kTricare) & (day[v] >= kMarksFrom);
            const std::int32_t m = marks * missing[v];
            const std::int32_t x = marks * extra[v];
            missed += m;
            surplus += x;
            paid += marks != 0 ? reduced[v] : charged[v];
            code[v] = weights[v] + 2 * m + 3 * x;
        }
        digest.counts[1] += missed;
        digest.counts[2] += surplus;
        digest.cents += paid;
        std::array<std::int32_t, 5> sums{};
        for (std::size_t v = 0; v < count; ++v) {
            const std::uint32_t pooled = (timed[v] + 7U) * 34953U >> 19U;
            const std::uint32_t allowed = payor[v] <= kMedicaid ? pooled : lineByLine[v];
            const std::int32_t flag = billed[v] != allowed;
            sums[0] += flag;
            code[v] += flag;
        }
        for (std::size_t v = 0; v < count; ++v) {
            const std::uint8_t given = c.presence[first + v];
            const std::int32_t federal =
                1 + (c.privatePractice[first + v] & (day[v] < kGeneralFrom));
            const std::int32_t required = std::max<std::int32_t>(federal, c.stateLevel[first + v]);
            const std::int32_t presence = given == kVideo ? 1 + (day[v] <= kVideoThrough) : given;
            const std::int32_t flag = (assistant[v] > 0) & (presence < required);
            sums[1] += flag;
            code[v] += 11 * flag;
        }
        for (std::size_t v = 0; v < count; ++v) {
            const std::int32_t overdue = day[v] > c.due[first + v];
            const std::int32_t touch =
                (assistant[v] > 0) & (therapist[v] == 0) & (day[v] - c.treated[first + v] > 30);
            sums[2] += overdue;
            sums[3] += touch;
            code[v] += 17 * overdue + 19 * touch;
        }
        for (std::size_t v = 0; v < count; ++v) {
            const std::int32_t flag =
                (payor[v] == kMedicaid) & c.excluded[first + v] & (assistant[v] > 0);
            sums[4] += flag;
            code[v] += 23 * flag;
        }
        for (const auto& [finding, sum] : {std::pair{0, sums[0]},
                                           std::pair{5, sums[1]},
                                           std::pair{7, sums[2]},
                                           std::pair{8, sums[3]},
                                           std::pair{9, sums[4]}}) {
            digest.counts[static_cast<std::size_t>(finding)] += sum;
        }
        std::int64_t check = 0;
        for (std::size_t v = 0; v < count; ++v) {
            check += std::int64_t{code[v]} * static_cast<std::int64_t>(first + v + 1);
        }
        digest.check += check;
        for (std::size_t v = 0; v < count; ++v) {
            if (payor[v] == kMedicare) {
                std::int64_t& sum = running[c.sum[first + v]];
                sum += charged[v];
                const bool kx = gpWithoutKx[v] != 0 && sum > kThresholds[c.secondYear[first + v]];
                digest.kx += kx ? 1 : 0;
                digest.kxCheck += kx ? static_cast<std::int64_t>(first + v + 1) : 0;
            }
        }
        first += count;
    }
    return digest;
}

}  // namespace proviso::bench::hand

// What days choose is computed many rows a step where all days of a column lie in a few periods.
// Here the days of columns of many lengths lie around the ends of periods, and each row is compared
// with what the periods say of its day alone.

#include "runtime/engine/bounds.h"
#include "tests/unit/runtime/engine_bed.h"

#include <random>

using namespace proviso;
using namespace proviso::test;
using bytecode::CodeSet;
using bytecode::InForcePeriod;
using bytecode::Scale;

namespace {

constexpr std::size_t kTexts = 100;

bool holds(const InForcePeriod& period, std::int64_t day) {
    return period.from <= day && day <= period.through;
}

/// The first of those that hold, none of which was published later than others.
std::optional<std::size_t> firstThatHolds(const std::vector<InForcePeriod>& periods,
                                          std::int64_t day) {
    for (std::size_t index = 0; index < periods.size(); ++index) {
        if (holds(periods[index], day)) {
            return index;
        }
    }
    return std::nullopt;
}

/// Days 100 and 200 begin a period each; `gap` leaves one between.
std::vector<InForcePeriod> threePeriods(std::int64_t gap) {
    return {
        {INT64_MIN, 99 - gap, INT64_MIN}, {100, 199 - gap, INT64_MIN}, {200, INT64_MAX, INT64_MIN}};
}

/// Of a column: where its days lie.
struct Days {
    std::int64_t first;
    std::int64_t last;
};

class ManyDays {
  public:
    ManyDays() : bed_(1) {
        for (std::size_t number = 0; number < kTexts; ++number) {
            bed_.text("text " + std::to_string(number));
        }
        date_ = bed_.input(0, kDate, {0});
        code_ = bed_.input(0, {TypeKind::Code, 0, 0}, {0});
        fact_ = bed_.input(0, {TypeKind::Enumeration, 0, 0}, {0});
        for (Register& amount : amounts_) {
            amount = bed_.input(0, kMoney, {0});
        }
        addPeriods();
        addChoices();
        addSets();
        addScale();
        bed_.run();
    }

    /// `open`: so many in a hundred dates, other facts and amounts are no values.
    void
    check(std::uint32_t rows, Days days, const std::vector<unsigned>& open, std::mt19937& random) {
        bed_.batch.spaces[0].rows = rows;
        const auto fill = [&](std::size_t at, unsigned none, std::int64_t from, std::int64_t to) {
            ColumnData& column = bed_.batch.spaces[0].columns[at];
            column = {};
            for (std::uint32_t row = 0; row < rows; ++row) {
                column.values.push_back(from +
                                        static_cast<std::int64_t>(random()) % (to - from + 1));
                column.states.push_back(random() % 100 < none ? static_cast<State>(1 + random() % 3)
                                                              : State::Value);
            }
            if (none == 0) {
                column.states.clear();
            }
        };
        fill(0, open[0], days.first, days.last);
        fill(1, open[1], -2, kTexts + 2);
        fill(2, open[1], -2, 70);
        for (std::size_t amount = 3; amount < 6; ++amount) {
            fill(amount, open[2], 0, 1000);
        }
        bed_.runAgain();
        for (std::uint32_t row = 0; row < rows; ++row) {
            CAPTURE(rows, row, days.first, days.last, open);
            checkRow(row);
        }
    }

  private:
    void addPeriods() {
        bed_.program.periods = {{INT64_MIN, INT64_MAX, INT64_MIN},
                                {100, 199, INT64_MIN},
                                {INT64_MIN, 99, INT64_MIN},
                                {200, 100, INT64_MIN}};
        for (std::uint32_t period = 0; period < bed_.program.periods.size(); ++period) {
            inForce_.push_back(bed_.op(Op::InForce, 0, kYesNoType, {date_}, {0, period}));
        }
    }

    void addChoices() {
        for (const std::int64_t gap : {0, 1}) {
            const auto index = static_cast<std::uint32_t>(gap);
            bed_.program.datedLists.push_back(threePeriods(gap));
            chosen_.push_back(bed_.op(Op::DatedSelect,
                                      0,
                                      kMoney,
                                      {date_, amounts_[0], amounts_[1], amounts_[2]},
                                      {0, index}));
            bytecode::Parameter parameter;
            parameter.name = "rate";
            parameter.type = kMoney;
            for (const InForcePeriod& period : threePeriods(gap)) {
                parameter.values.push_back({period, period.through, {}});
            }
            bed_.program.parameters.push_back(parameter);
            parameters_.push_back(bed_.op(Op::Parameter, 0, kMoney, {date_}, {0, index}));
        }
    }

    void addSets() {
        bed_.program.schema.codes = {{"words", true, {}}};
        const auto always = [](std::uint32_t text) { return CodeSet::Entry{text}; };
        addSet({});
        addSet({always(3), always(9), always(65)});
        addSet({always(3), always(9), always(66)});
        addSet({always(0), always(kTexts - 1)});
        addSet({{5, 100, INT64_MAX}, {6, INT64_MIN, 199}, {7, 100, 199}});
        addSet({{5, INT64_MIN, 99}, {5, 101, INT64_MAX}, always(8)});
        addSet({always(8), {5, 200, 100}});
    }

    void addSet(std::vector<CodeSet::Entry> entries) {
        CodeSet set;
        set.name = "set " + std::to_string(bed_.program.codeSets.size());
        set.base = 0;
        set.entries = std::move(entries);
        const auto index = static_cast<std::uint32_t>(bed_.program.codeSets.size());
        bed_.program.codeSets.push_back(std::move(set));
        inSet_.push_back(bed_.op(Op::InSet, 0, kYesNoType, {code_, date_}, {0, index}));
    }

    void addScale() {
        SchemaEnumeration presence;
        presence.name = "presence";
        for (int member = 0; member < 63; ++member) {
            presence.members.push_back("member " + std::to_string(member));
        }
        bed_.program.schema.enumerations = {presence};
        Scale scale;
        scale.name = "watch";
        scale.enumeration = 0;
        scale.steps.resize(3);
        scale.steps[1].accepts = {{INT64_MIN, INT64_MAX, (std::uint64_t{1} << 62U) | 5U}};
        scale.steps[2].accepts = {
            {INT64_MIN, 99, 0xF0F0F0F0}, {100, 199, 0x0F0F0F0F}, {150, INT64_MAX, 1}};
        for (std::size_t step = 0; step < scale.steps.size(); ++step) {
            scale.steps[step].name = "step " + std::to_string(step);
            accepts_.push_back(bed_.op(Op::Accepts,
                                       0,
                                       kYesNoType,
                                       {fact_, date_},
                                       {0, 0, static_cast<std::int64_t>(step)}));
        }
        bed_.program.scales = {scale};
    }

    const ColumnData& column(Register number) { return bed_.interpreter().column(number); }

    void checkCell(Register number, std::uint32_t row, State state, std::int64_t value) {
        CAPTURE(number);
        CHECK(column(number).state(row) == state);
        CHECK(column(number).values[row] == (state == State::Value ? value : 0));
    }

    void checkRow(std::uint32_t row) {
        const State dateState = column(date_).state(row);
        const std::int64_t day = column(date_).values[row];
        for (std::size_t period = 0; period < inForce_.size(); ++period) {
            checkCell(inForce_[period], row, dateState, holds(bed_.program.periods[period], day));
        }
        for (std::size_t index = 0; index < chosen_.size(); ++index) {
            checkChoice(index, row);
        }
        const std::int64_t code = column(code_).values[row];
        for (std::size_t set = 0; set < inSet_.size(); ++set) {
            const std::vector<CodeSet::Entry>& entries = bed_.program.codeSets[set].entries;
            const bool isIn =
                std::any_of(entries.begin(), entries.end(), [&](const CodeSet::Entry& one) {
                    return one.text == code && one.from <= day && day <= one.through;
                });
            checkCell(inSet_[set], row, propagate(dateState, column(code_).state(row)), isIn);
        }
        const std::int64_t fact = column(fact_).values[row];
        for (std::size_t step = 0; step < accepts_.size(); ++step) {
            const auto& accepts = bed_.program.scales[0].steps[step].accepts;
            const bool isAccepted = fact >= 0 && fact < 64 &&
                                    std::any_of(
                                        accepts.begin(),
                                        accepts.end(),
                                        [&](const Scale::Accepts& one) {
                                            return one.from <= day && day <= one.through &&
                                                   (one.facts >> fact & 1U) != 0;
                                        });
            checkCell(
                accepts_[step], row, propagate(dateState, column(fact_).state(row)), isAccepted);
        }
    }

    void checkChoice(std::size_t index, std::uint32_t row) {
        const State state = column(date_).state(row);
        const std::optional<std::size_t> choice =
            firstThatHolds(bed_.program.datedLists[index], column(date_).values[row]);
        if (state != State::Value || !choice) {
            const State expected = state != State::Value ? state : State::Error;
            checkCell(chosen_[index], row, expected, 0);
            checkCell(parameters_[index], row, expected, 0);
            return;
        }
        checkCell(parameters_[index],
                  row,
                  State::Value,
                  bed_.program.parameters[index].values[*choice].value);
        const ColumnData& amount = column(amounts_[*choice]);
        checkCell(chosen_[index], row, amount.state(row), amount.values[row]);
        const engine::Bounds bounds = engine::boundsAt(column(chosen_[index]), row);
        const engine::Bounds expected = engine::boundsAt(amount, row);
        CHECK(bounds.low == expected.low);
        CHECK(bounds.high == expected.high);
    }

    Bed bed_;
    Register date_ = 0;
    Register code_ = 0;
    Register fact_ = 0;
    std::array<Register, 3> amounts_{};
    std::vector<Register> inForce_;
    std::vector<Register> chosen_;
    std::vector<Register> parameters_;
    std::vector<Register> inSet_;
    std::vector<Register> accepts_;
};

}  // namespace

TEST_CASE("days of many rows choose what each of them chooses alone") {
    std::mt19937 random(20'261'129);
    ManyDays many;
    for (const std::uint32_t rows : {1U, 2U, 7U, 16U, 33U, 64U, 5U}) {
        for (const Days days : {Days{0, 50},
                                Days{98, 101},
                                Days{99, 100},
                                Days{100, 199},
                                Days{100, 198},
                                Days{150, 200},
                                Days{95, 205},
                                Days{200, 300}}) {
            many.check(rows, days, {0, 0, 0}, random);
            many.check(rows, days, {30, 0, 0}, random);
            many.check(rows, days, {0, 30, 30}, random);
            many.check(rows, days, {30, 30, 30}, random);
            many.check(rows, days, {100, 0, 100}, random);
        }
    }
}

#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

/// The records of the benchmark: visits of outpatient therapy, a line of JSON each, in the order of
/// their dates. Every level, threshold and price is invented for load. Integers only: the same
/// count and seed give the same bytes everywhere.
namespace proviso::bench {

class VisitGenerator {
  public:
    VisitGenerator(std::uint64_t visits, std::uint32_t seed);

    /// Appends the next visit and its line's end; false after the last.
    bool next(std::string& out);

  private:
    struct Weighted {
        const char* name;
        std::uint32_t weight;
        std::uint32_t price = 0;  ///< in cents, of a unit
    };
    struct Home {
        std::uint32_t payor;
        const char* state;
        const char* setting;
    };
    enum class LineClass : std::uint8_t {
        Timed,
        Evaluation,
        Untimed
    };
    struct Line {
        LineClass kind;
        const char* code;
        std::uint32_t price;
        std::uint32_t therapist;
        std::uint32_t assistant;
        std::uint32_t units;
        std::uint32_t cents;
    };

    static const std::vector<Weighted> kPayors;
    static const std::vector<Weighted> kSettings;
    static const std::vector<Weighted> kAvailabilities;
    static const std::vector<Weighted> kTimed;
    static const std::vector<Weighted> kEvaluations;
    static const std::vector<Weighted> kUntimed;

    std::uint32_t random();
    std::uint32_t below(std::uint32_t bound) { return random() % bound; }
    bool chance(std::uint32_t percent) { return random() % 100 < percent; }
    std::uint32_t pick(const std::vector<Weighted>& table);

    const Home& homeOf(std::uint32_t patient);
    Line drawLine(std::uint32_t number, std::uint32_t kind);
    void billUnits(bool pooled);
    void
    appendModifiers(std::string& out, const Line& line, bool occupational, bool marks, bool over);

    std::uint64_t visits_;
    std::uint32_t patients_;
    std::uint32_t state_;
    std::uint64_t next_ = 0;
    std::vector<Home> homes_;
    std::vector<bool> known_;
    std::unordered_map<std::uint64_t, std::int64_t> charged_;  ///< by patient and year
    std::vector<Line> lines_;
};

}  // namespace proviso::bench

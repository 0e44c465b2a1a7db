#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/values/evaluation_error.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace proviso {

class Interpreter;

/// Where an unknown comes from. Texts are the program's, or those of the carried columns that the
/// run was given.
struct Origin {
    enum class Kind : std::uint8_t {
        Field = 0,    ///< a stored field that was absent: `space`, `row`, `field`
        Text = 1,     ///< `text` is the place: law:state
        Table = 2,    ///< a result that its table leaves open; `text` is the table's name
        Carried = 3,  ///< found by a former stage: `text` is the place, in the record with the key
                      ///< `record`, or in none
    } kind = Kind::Field;
    std::uint32_t space = kNoIndex;
    std::uint32_t row = kNoIndex;
    std::uint32_t field = kNoIndex;
    std::string_view text{};
    std::string_view record{};
    std::string_view why{};  ///< Table, Carried: what the pack says of it, if anything

    friend auto operator<=>(const Origin&, const Origin&) = default;
};

/// Asks one run again and again; remembers what it found. One thread.
class Origins {
  public:
    explicit Origins(const Interpreter& interpreter);
    ~Origins();
    Origins(const Origins&) = delete;
    Origins& operator=(const Origins&) = delete;

    /// The interpreter has run again.
    void forget();

    /// The number of what makes the value unknown, counted from 0 since the run: cells that are
    /// unknown for the same reason mostly have the same number.
    std::uint32_t missing(bytecode::Register number, std::uint32_t row);
    /// As missingPlaces. Good until the next question.
    std::span<const Origin> places(std::uint32_t missing) const;
    /// As errorCodes. Good until the next question.
    const std::vector<EvaluationError>& errors(bytecode::Register number, std::uint32_t row);

  private:
    class Walk;

    std::unique_ptr<Walk> walk_;
};

/// The places that make the value unknown, by walking the dataflow backwards; sorted and unique,
/// and empty unless the register is unknown in that row. `number` may be a link whose row leads
/// nowhere. The interpreter's last run must have succeeded and its batch still stand. Costs about
/// as much as there are operands.
std::vector<Origin>
missingPlaces(const Interpreter& interpreter, bytecode::Register number, std::uint32_t row);

/// Why the value is an error: the errors of the operations where it began, sorted and unique.
std::vector<EvaluationError>
errorCodes(const Interpreter& interpreter, bytecode::Register number, std::uint32_t row);

}  // namespace proviso

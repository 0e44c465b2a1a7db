#pragma once

#include "runtime/engine/interpreter.h"
#include "runtime/engine/stage.h"

#include <vector>

namespace proviso::engine {

class Collector;
class RecordsOfRows;

/// Adds the other outcomes that are equally right to the lists that ask for them, after the stage
/// has been run over the input with `options` and collected. Registers are those of choice 0 again
/// if the input asks for it.
void addChoices(Interpreter& interpreter,
                RecordsOfRows& recordsOfRows,
                const Stage& stage,
                const StageInput& input,
                const InterpreterOptions& options,
                Collector& collector);

}  // namespace proviso::engine

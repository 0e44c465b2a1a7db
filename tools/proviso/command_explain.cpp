#include "runtime/decision/text.h"
#include "runtime/engine/run.h"
#include "tools/proviso/command.h"
#include "tools/proviso/records.h"

namespace proviso::tool {
void addExplain(CLI::App&, Invocation&) {}
void addFmt(CLI::App&, Invocation&) {}
}  // namespace proviso::tool

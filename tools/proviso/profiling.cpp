#include "tools/proviso/profiling.h"

namespace proviso::tool {

static constexpr std::size_t kRulesShown = 30;

Profiling::Profiling(const CheckRecordsOptions& options, const bytecode::Program& program)
    : options_(options), program_(program), times_(options.profile ? program.code.size() : 0) {}

void Profiling::begin(RunOptions& run) {
    if (options_.profile) {
        run.decide.times = &times_;
        run.threads = 1;
    }
    begin_ = std::chrono::steady_clock::now();
}

void Profiling::end() {
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void Profiling::tell(Console& console) const {
    if (options_.profile) {
        console.message(printTimes(
            timeByRule(program_, times_), seconds_, options_.all ? SIZE_MAX : kRulesShown));
    }
}

}  // namespace proviso::tool

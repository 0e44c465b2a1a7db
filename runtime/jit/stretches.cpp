#include "runtime/jit/stretches.h"

#include "runtime/engine/link_rows.h"
#include "runtime/jit/kernel_code.h"

#include <algorithm>
#include <span>

namespace proviso::jit {

using engine::RegisterData;

bool liesApart(const RegisterData& link) {
    std::uint32_t before = 0;
    return std::any_of(link.rows.begin(), link.rows.end(), [&](std::uint32_t target) {
        const bool isApart = target < before;  // kNoIndex is never.
        before = target != kNoIndex ? target : before;
        return isApart;
    });
}

void findStretches(const RegisterData& link, std::uint32_t targets, Stretches& out) {
    // First where each stretch ends that is not empty: the last row that leads there is the last to
    // say so.
    out.own.assign(std::max<std::size_t>(targets, kLeastRows) + 1, 0);
    out.begins = out.own.data();
    std::uint32_t* const ends = out.own.data() + 1;
    const std::size_t rows = link.rows.size();
    std::uint32_t apart = 0;
    if (link.states.empty()) {
        const std::uint32_t* const leads = link.rows.data();
        apart = engine::areAscending(link.rows) ? 0 : 1;
        for (std::size_t row = 0; row < rows; ++row) {
            ends[leads[row]] = static_cast<std::uint32_t>(row) + 1;
        }
    } else {
        std::uint32_t before = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            const std::uint32_t target = link.rows[row];
            if (target != kNoIndex) {
                apart |= target < before ? 1U : 0U;
                before = target;
                ends[target] = static_cast<std::uint32_t>(row) + 1;
            }
        }
    }
    out.areApart = apart != 0;
    std::uint32_t begin = 0;
    std::uint32_t longest = 0;
    for (std::size_t at = 0; at + 1 < out.own.size(); ++at) {
        const std::uint32_t end = std::max(ends[at], begin);
        ends[at] = end;
        longest = std::max(longest, end - begin);
        begin = end;
    }
    out.longest = longest;
}

void StretchesOfLinks::begin(std::size_t registers) {
    known_.resize(std::max(known_.size(), registers), 0);
    all_.resize(known_.size());
    if (++run_ == 0) {
        known_.assign(known_.size(), 0);
        run_ = 1;
    }
}

/// Of lists that begin where somebody wrote it down.
static void takeStretches(std::span<const std::uint32_t> begins, Stretches& out) {
    std::uint32_t longest = 0;
    for (std::size_t at = 0; at + 1 < begins.size(); ++at) {
        longest = std::max(longest, begins[at + 1] - begins[at]);
    }
    out.begins = begins.data();
    out.longest = longest;
    out.areApart = false;
}

const Stretches& StretchesOfLinks::of(const engine::Frame& frame, engine::Register link) {
    Stretches& found = all_[link];
    if (known_[link] != run_) {
        known_[link] = run_;
        const engine::Instruction& one = frame.program.code[link];
        const std::uint32_t targets = frame.targetRows(link);
        const bool isOfBatch = one.op == engine::Op::InputParent && targets >= kLeastRows &&
                               !frame.batch->spaces[one.space].begins.empty();
        if (isOfBatch) {
            takeStretches(frame.batch->spaces[one.space].begins, found);
        } else {
            findStretches(frame.registers[link], targets, found);
        }
    }
    return found;
}

}  // namespace proviso::jit

#pragma once

#include "runtime/jit/jit.h"
#include "tests/unit/runtime/engine_bed.h"

#include <map>
#include <memory>
#include <string>

namespace proviso::test {

/// Options under which code is compiled after one block, whatever its size.
inline jit::JitOptions eagerly() {
    jit::JitOptions options;
    options.plugin = PROVISO_JIT_PLUGIN;
    options.wait = true;
    options.watchedBlocks = 1;
    options.leastRows = 1;
    options.leastMembers = 1;
    return options;
}

/// One program twice: interpreted, and with compiled code.
class Twins {
  public:
    explicit Twins(Bed& bed, const jit::JitOptions& options = eagerly()) : bed_(bed) {
        bed.complete();
        const Result<void> verified = bytecode::verify(bed.program);
        if (!verified) {
            FAIL(verified.error().context + ": " + verified.error().message);
        }
        for (const std::string& words : bed.program.texts) {
            bed.dictionary.intern(words);
        }
        bed.batch.dictionary = &bed.dictionary;
        program_ = std::make_shared<const bytecode::Program>(bed.program);
        std::string message;
        jit_ = jit::Jit::open(program_, options, message);
        INFO(message);
        REQUIRE(jit_ != nullptr);
        interpreted_ = std::make_unique<Interpreter>(program_);
        compiled_ = std::make_unique<Interpreter>(program_);
    }

    /// Runs both over the bed's batch and compares what every register says.
    void run(const Interpreter::Options& options = {}) {
        bed_.complete();
        REQUIRE(interpreted_->run(bed_.batch, options).has_value());
        Interpreter::Options withCode = options;
        withCode.kernels = jit_.get();
        REQUIRE(compiled_->run(bed_.batch, withCode).has_value());
        CHECK(jit_->report().failure.empty());
        for (Register number = 0; number < program_->code.size(); ++number) {
            CAPTURE(number, static_cast<int>(program_->code[number].op));
            if (program_->code[number].type.kind == TypeKind::None) {
                const auto expected = interpreted_->link(number);
                const auto actual = compiled_->link(number);
                CHECK(std::vector(expected.begin(), expected.end()) ==
                      std::vector(actual.begin(), actual.end()));
                continue;
            }
            const ColumnData& expected = interpreted_->column(number);
            const ColumnData& actual = compiled_->column(number);
            CHECK(expected.values == actual.values);
            CHECK(expected.states == actual.states);
            CHECK(expected.lows == actual.lows);
            CHECK(expected.highs == actual.highs);
        }
    }

    const jit::Jit& jit() const { return *jit_; }
    Interpreter& compiled() { return *compiled_; }
    Interpreter& interpreted() { return *interpreted_; }
    const std::shared_ptr<const bytecode::Program>& program() const { return program_; }

    /// How often regions were interpreted, by reason.
    std::map<std::string, std::uint64_t> reasons() const {
        std::map<std::string, std::uint64_t> all;
        for (const auto& [reason, count] : jit_->report().interpretedRuns) {
            all[reason] = count;
        }
        return all;
    }

  private:
    Bed& bed_;
    std::shared_ptr<const bytecode::Program> program_;
    std::unique_ptr<jit::Jit> jit_;
    std::unique_ptr<Interpreter> interpreted_;
    std::unique_ptr<Interpreter> compiled_;
};

}  // namespace proviso::test

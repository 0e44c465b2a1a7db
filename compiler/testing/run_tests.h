#pragma once

#include "compiler/diagnostics/source.h"
#include "compiler/driver/compile.h"
#include "compiler/testing/coverage.h"
#include "runtime/bytecode/batch.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace proviso {

struct TestFailure {
    Span span;             ///< the expectation, or what is wrong with a given record
    std::string expected;  ///< as written
    std::string found;     ///< what was decided instead
};

struct TestOutcome {
    std::string pack;
    std::string title;
    Span span;  ///< the title
    std::size_t expectations = 0;
    std::vector<TestFailure> failures;
};

struct TestReport {
    std::vector<TestOutcome> tests;  ///< by pack, in the order of the text
    CoverageReport coverage;         ///< empty unless every test was run and it was asked for
    bool othersDecided = true;  ///< false: TestOptions::alsoDecide were too many and do not count

    [[nodiscard]] std::size_t failedCount() const;
};

struct TestOptions {
    /// Only tests whose title, or `pack: title`, holds this text.
    std::string filter;
    /// Whether to count what the tests reach; who only asks whether they pass need not wait for it.
    bool coverage = true;
    /// How many to use where coverage is not counted; the answers do not depend on it.
    unsigned threads = 1;
    /// Records that are decided together after the tests, for what they reach: nothing is expected
    /// of them. Only where coverage is counted.
    const Batch* alsoDecide = nullptr;
    /// On the calling thread, where one thread is used.
    std::function<void(std::size_t done, std::size_t total)> progress;
};

/// Runs the tests of a compiled pack set, each by itself over its own records.
TestReport runTests(const CompiledSet& set, const TestOptions& options = {});

}  // namespace proviso

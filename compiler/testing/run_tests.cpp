#include "compiler/testing/run_tests.h"

#include "compiler/testing/decided.h"
#include "compiler/testing/expect.h"
#include "compiler/testing/given.h"
#include "runtime/base/check.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

namespace proviso {

namespace {

/// The words of a piece of pack text on one line.
std::string folded(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        const bool space = letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
        if (!space) {
            out += letter;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    return out;
}

class TestRunner {
  public:
    TestRunner(const CompiledSet& set, bool coverage)
        : set_(set), program_(*set.program), dictionary_(program_.texts),
          decoder_(program_.schema, dictionary_), evaluator_(set.program) {
        if (coverage) {
            coverage_.emplace(set);
        }
        for (const ast::Pack& pack : set.packs) {
            for (const ast::ItemNode& node : pack.items) {
                if (const auto* sample = std::get_if<ast::Sample>(&node.item)) {
                    samples_.push_back(sample);
                }
            }
        }
    }

    TestOutcome run(const ast::Pack& pack, const ast::Test& test) {
        TestOutcome outcome;
        outcome.pack = pack.name.text;
        outcome.title = test.title.text;
        outcome.span = test.title.span;
        outcome.expectations = test.expectations.size();
        if (!decode(test, outcome)) {
            return outcome;
        }
        DecideOptions options;
        options.withChoices = false;
        if (test.knownAsOf) {
            options.asOf = test.knownAsOf->days;
        }
        const RecordStore& store = records_.store;
        const Batch batch = store.select(recordsInOrder(program_, store));
        const testing::Decided decided(evaluator_, program_, batch, options);
        if (coverage_) {
            coverage_->note(decided.interpreter(), decided.results());
        }
        for (const ast::Expectation& expectation : test.expectations) {
            if (auto mismatch = testing::checkExpectation(expectation, decided, pack)) {
                outcome.failures.push_back({expectation.span,
                                            folded(set_.sources.text(expectation.span)),
                                            mismatch->found});
            }
        }
        return outcome;
    }

    /// Whether the records could be decided; what they reach then counts.
    bool alsoDecide(const Batch& batch) {
        DecideOptions options;
        options.withChoices = false;
        const testing::Decided decided(evaluator_, program_, batch, options);
        return coverage_->note(decided.interpreter(), decided.results());
    }

    const std::optional<Coverage>& coverage() const { return coverage_; }

  private:
    /// The given records, read like any others. False, after a failure was noted, when they do not
    /// fit.
    bool decode(const ast::Test& test, TestOutcome& outcome) {
        std::string text;
        for (const ast::Given& given : test.given) {
            testing::GivenProblem problem;
            const std::optional<std::string> record =
                testing::recordText(given, samples_, program_.schema, problem);
            if (!record) {
                outcome.failures.push_back({problem.span, "a record to decide", problem.text});
                return false;
            }
            text += *record + '\n';
        }
        if (test.knownAsOf) {
            DecodeOptions options;
            options.knownAsOf = Date{test.knownAsOf->days};
            records_ = decodeText(program_.schema, dictionary_, text, options, "given");
        } else {
            decoder_.addText("given", text);
            records_ = decoder_.take(std::move(records_));
        }
        for (const Rejection& rejection : records_.rejections) {
            const std::size_t index = std::min<std::size_t>(rejection.line, test.given.size()) - 1;
            outcome.failures.push_back(
                {test.given[index].span,
                 "a record that can be read",
                 (rejection.field.empty() ? "" : "`" + rejection.field + "`: ") +
                     rejection.message});
        }
        if (!records_.rejections.empty()) {
            return false;
        }
        if (records_.store.recordCount() == 0) {
            outcome.failures.push_back({test.title.span,
                                        "records to decide",
                                        "none of them was known by then, or all are void"});
            return false;
        }
        return true;
    }

    const CompiledSet& set_;
    const bytecode::Program& program_;
    Dictionary dictionary_;
    /// Making one takes longer than reading a test's records.
    Decoder decoder_;
    DecodedRecords records_;  ///< of the test that is run
    Evaluator evaluator_;
    std::optional<Coverage> coverage_;
    testing::Samples samples_;
};

struct FoundTest {
    const ast::Pack* pack = nullptr;
    const ast::Test* test = nullptr;
};

std::vector<FoundTest> findTests(const CompiledSet& set, const std::string& filter) {
    std::vector<const ast::Pack*> packs;
    packs.reserve(set.packs.size());
    for (const ast::Pack& pack : set.packs) {
        packs.push_back(&pack);
    }
    std::sort(packs.begin(), packs.end(), [](const ast::Pack* a, const ast::Pack* b) {
        return a->name.text < b->name.text;
    });
    std::vector<FoundTest> found;
    for (const ast::Pack* pack : packs) {
        for (const ast::ItemNode& node : pack->items) {
            const auto* test = std::get_if<ast::Test>(&node.item);
            if (test != nullptr &&
                (pack->name.text + ": " + test->title.text).find(filter) != std::string::npos) {
                found.push_back({pack, test});
            }
        }
    }
    return found;
}

/// Each thread takes the next test that nobody has; what fails in one is thrown here.
std::vector<TestOutcome>
runInThreads(const CompiledSet& set, const std::vector<FoundTest>& tests, unsigned count) {
    std::vector<TestOutcome> outcomes(tests.size());
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr failure;
    const auto work = [&] {
        try {
            TestRunner runner(set, /*coverage=*/false);
            for (std::size_t index = next++; index < tests.size(); index = next++) {
                outcomes[index] = runner.run(*tests[index].pack, *tests[index].test);
            }
        } catch (...) {
            next = tests.size();
            const std::lock_guard lock(mutex);
            failure = std::current_exception();
        }
    };
    std::vector<std::thread> threads;
    for (unsigned number = 1; number < count; ++number) {
        threads.emplace_back(work);
    }
    work();
    for (std::thread& thread : threads) {
        thread.join();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    return outcomes;
}

}  // namespace

std::size_t TestReport::failedCount() const {
    return static_cast<std::size_t>(
        std::count_if(tests.begin(), tests.end(), [](const TestOutcome& test) {
            return !test.failures.empty();
        }));
}

TestReport runTests(const CompiledSet& set, const TestOptions& options) {
    PROVISO_CHECK(set.program != nullptr, "only a pack set without errors can be tested");
    TestReport report;
    const bool coverage = options.coverage && options.filter.empty();
    const std::vector<FoundTest> tests = findTests(set, options.filter);
    if (!coverage && options.threads > 1) {
        report.tests = runInThreads(set, tests, options.threads);
        return report;
    }
    TestRunner runner(set, coverage);
    for (const FoundTest& found : tests) {
        report.tests.push_back(runner.run(*found.pack, *found.test));
        if (options.progress) {
            options.progress(report.tests.size(), tests.size());
        }
    }
    if (coverage) {
        report.othersDecided =
            options.alsoDecide == nullptr || runner.alsoDecide(*options.alsoDecide);
        report.coverage = runner.coverage()->report();
    }
    return report;
}

}  // namespace proviso

// What a cache goes by tells apart all code that differs, and what folds need of a row is laid out
// so that nothing shares a bit.

#include "runtime/jit/kernel_code.h"
#include "tests/catch.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

using namespace proviso::jit;

namespace {

KernelCode sample() {
    KernelCode code;
    code.columns = {{true}, {false}};
    code.links = {{false}, {true}};
    code.lists = {{0}, {1}};
    KernelNode mask;
    mask.op = KernelOp::Column;
    mask.isTruth = true;
    KernelNode value;
    value.op = KernelOp::Column;
    value.index = 1;
    code.nodes = {mask, value};
    code.outputs = {1};
    KernelFold fold;
    fold.op = KernelFoldOp::Total;
    fold.value = 1;
    code.folds = {fold, fold};
    findStates(code);
    return code;
}

}  // namespace

TEST_CASE("Whatever is told of a fold tells its code from other code") {
    const std::vector<std::function<void(KernelCode&)>> changes{
        [](KernelCode&) {},
        [](KernelCode& code) { code.folds[0].op = KernelFoldOp::Highest; },
        [](KernelCode& code) { code.folds[0].isBounded = true; },
        [](KernelCode& code) { code.folds[0].hasMore = true; },
        [](KernelCode& code) { code.folds[0].moreHasStates = true; },
        [](KernelCode& code) { code.folds[0].list = 1; },
        [](KernelCode& code) { code.folds[0].mask = 1; },
        [](KernelCode& code) { code.folds[0].value = 0; },
        [](KernelCode& code) { code.folds[1].value = 0; },
        [](KernelCode& code) { code.folds.pop_back(); },
        [](KernelCode& code) { code.lists[0].link = 1; },
        [](KernelCode& code) { code.lists.pop_back(); },
        [](KernelCode& code) { code.links[0].hasStates = true; },
        [](KernelCode& code) { code.columns[1].hasStates = true; },
        [](KernelCode& code) { code.columns[1].bytes = 2; },
        [](KernelCode& code) { code.nodes[0].table = {1}; },
        [](KernelCode& code) { code.outputs = {0}; },
    };
    std::set<std::string> all;
    for (const auto& change : changes) {
        KernelCode code = sample();
        change(code);
        all.insert(bytesOf(code));
    }
    CHECK(all.size() == changes.size());
}

TEST_CASE("Bits of folds lie beside each other, and no fold lies in two words") {
    for (const bool hasStates : {false, true}) {
        KernelCode code = sample();
        code.columns[0].hasStates = hasStates;
        code.folds.clear();
        for (int index = 0; index < 60; ++index) {
            KernelFold fold;
            fold.op = static_cast<KernelFoldOp>(index % 6);
            fold.list = index % 7 == 0 ? 1 : 0;
            fold.value = isLogic(fold) || fold.op == KernelFoldOp::Count ? kNoNode : 1;
            code.folds.push_back(fold);
        }
        findStates(code);
        std::set<std::pair<std::uint32_t, std::uint32_t>> taken;
        std::set<std::uint32_t> numbers;
        for (const KernelFold& fold : code.folds) {
            CHECK((fold.numbers == kNoNode) == isLogic(fold));
            if (!isLogic(fold)) {
                CHECK(numbers.insert(fold.numbers).second);
                CHECK(fold.numbers < code.numbers);
            }
            const std::uint32_t bits = bitsOf(fold);
            CHECK((bits == 0) == (fold.word == kNoNode));
            for (std::uint32_t bit = fold.bit; bit < fold.bit + bits; ++bit) {
                CHECK(bit < 64);
                CHECK(code.words.at(fold.word) == fold.list);
                CHECK(taken.emplace(fold.word, bit).second);
            }
        }
    }
}

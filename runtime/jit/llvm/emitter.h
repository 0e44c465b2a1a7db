#pragma once

#include "runtime/jit/kernel_code.h"
#include "runtime/values/state.h"

#include <llvm/Analysis/InstSimplifyFolder.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace proviso::jit {

/// Simplifies while it writes, so that no pass over the code has to.
using Builder = llvm::IRBuilder<llvm::InstSimplifyFolder>;

/// Writes the function of one kernel. Rows go through it `width` at a time; the last step takes the
/// last `width` rows, some of them a second time, so that there is no loop for the rest. Folds
/// follow in loops of their own.
class Emitter {
  public:
    Emitter(llvm::Module& module, const KernelCode& code, unsigned width);

    /// `width` divides kLeastRows.
    llvm::Function* emit(const std::string& name);

  private:
    /// What a node is in each of the rows of a step.
    struct Cell {
        llvm::Value* value = nullptr;  ///< integers, or single bits of yes and no
        llvm::Value* state = nullptr;  ///< bytes; nullptr: every row is a value
    };

    // emitter.cpp: the loop around it, and reading and writing
    void loadPointers();
    void loop(llvm::Value* rows, const std::function<void()>& body);
    void emitBody();
    void dropUnused();
    void store(const Cell& cell, llvm::Value* values, llvm::Value* states);
    void storeAnswers(const Cell& cell, llvm::Value* answers);
    Cell loadAt(llvm::Value* values, llvm::Value* states, bool isTruth, unsigned bytes = 8);
    Cell spread(const KernelNode& node);
    Cell gather(const KernelNode& node);
    Cell gatherAt(std::uint32_t column, llvm::Value* rows, bool isTruth);
    Cell compute(const KernelNode& node);

    // emit_arithmetic.cpp
    Cell arithmetic(const KernelNode& node);
    llvm::Value* product(llvm::Value* a, llvm::Value* b, llvm::Value* state);
    llvm::Value* isFarFromOverflow(llvm::Value* a, llvm::Value* b);
    std::pair<llvm::Value*, llvm::Value*>
    nearQuotient(llvm::Value* a, llvm::Value* b, llvm::Value* state);
    static std::int64_t valueOf(llvm::Value* vector);
    llvm::Value* roundedQuotient(const KernelNode& node, llvm::Value* state);
    llvm::Value* compareRatio(const KernelNode& node, llvm::Value* state);
    llvm::Value* checkDate(llvm::Value* days, llvm::Value* state);
    // emit_dates.cpp
    Cell calendar(const KernelNode& node);

    // emit_logic.cpp
    Cell logic(const KernelNode& node);
    Cell chain(const KernelNode& node, bool conjunction);
    Cell contributions(const KernelNode& node);
    Cell branches(const KernelNode& node);
    Cell choose(llvm::Value* first, Cell a, Cell b);

    // emit_lookup.cpp
    Cell lookup(const KernelNode& node);
    Cell datedValue(const KernelNode& node);
    Cell datedSelect(const KernelNode& node);
    llvm::Value* inSet(const KernelNode& node);
    Cell tableEntry(const KernelNode& node);
    Cell tableValue(const KernelNode& node);
    llvm::Value* readTable(const std::int64_t* numbers, std::size_t count, llvm::Value* at);
    llvm::Value* isListed(llvm::Value* code, const std::int64_t* codes, std::size_t count);

    // emit_folds.cpp
    void prepareFolds();
    llvm::Value* prepareBits(const KernelFold& fold, llvm::Value* leads);
    void prepareNumbers(const KernelFold& fold, llvm::Value* counts);
    void addUp(llvm::Value* made, llvm::Value* array);
    llvm::Value* sumBefore(llvm::Value* array, llvm::Value* row);
    llvm::Value* countBit(llvm::Value* bytes);
    /// An array of rows of which the highest or lowest of each stretch is a result.
    struct Gathered {
        llvm::Value* from = nullptr;
        llvm::Value* to = nullptr;
        KernelFoldOp op{};
    };
    void gatherLists();
    void gatherExtremes(std::uint32_t list);
    void gatherRest(std::uint32_t list, const std::vector<Gathered>& all);
    llvm::Value* gatherLanes(const Gathered& one, llvm::Value* at, llvm::Value* isInside);
    llvm::Value* insideOf(llvm::Value* at, llvm::Value* stop);
    llvm::Value* beginOf(std::uint32_t list, llvm::Value* result);
    void finishFolds(std::uint32_t list);
    llvm::Value* sumOf(llvm::Value* array);
    llvm::Value* hasBit(const KernelFold& fold, std::uint32_t which);
    Cell finishLogic(std::size_t fold);
    Cell finishNumber(std::size_t fold);

    /// Operand `index` of a node.
    const Cell& cell(const KernelNode& node, std::size_t index) const {
        return cells_[node.operands[index]];
    }
    llvm::Value* integer(llvm::Value* value);
    llvm::Value* truth(llvm::Value* value);
    llvm::BasicBlock* block(const char* name);
    llvm::Value* number(std::int64_t value);
    llvm::Value* bit(bool value);
    llvm::Value* byte(State state);
    llvm::Value* stateOf(const Cell& cell);
    /// The state of what needs all operands; nullptr: always a value.
    llvm::Value* propagated(const KernelNode& node);
    llvm::Value* propagated(llvm::Value* a, llvm::Value* b);
    llvm::Value* isState(llvm::Value* state, State which);
    llvm::Value* compare(llvm::Value* a, llvm::Value* b, std::uint8_t mode);
    /// Notes that a row is unusual where `when` and the state, if any, is a value.
    void note(Unusual what, llvm::Value* when, llvm::Value* state);

    llvm::Module& module_;
    const KernelCode& code_;
    unsigned width_;
    Builder builder_;
    llvm::Type* integers_;
    llvm::Type* bits_;
    llvm::Type* bytes_;
    llvm::Function* function_ = nullptr;
    llvm::Value* call_ = nullptr;
    llvm::Value* row_ = nullptr;  ///< the first of the step
    std::vector<llvm::Value*> columnValues_;
    std::vector<llvm::Value*> columnStates_;
    std::vector<llvm::Value*> columnSizes_;
    std::vector<llvm::Value*> links_;
    std::vector<llvm::Value*> linkStates_;
    std::vector<llvm::Value*> outValues_;
    std::vector<llvm::Value*> outStates_;
    std::vector<llvm::Value*> begins_;
    std::vector<llvm::Value*> results_;
    std::vector<llvm::Value*> longest_;
    std::vector<llvm::Value*> moreValues_;
    std::vector<llvm::Value*> moreStates_;
    std::vector<llvm::Value*> foldValues_;
    std::vector<llvm::Value*> foldStates_;
    std::vector<llvm::Value*> arrays_;
    llvm::Value* rows_ = nullptr;   ///< of the first loop
    llvm::Value* found_ = nullptr;  ///< what was unusual so far
    std::vector<Cell> cells_;       ///< by node
    /// Of the results of a step.
    struct {
        llvm::Value* begin = nullptr;  ///< of the first
        llvm::Value* ends = nullptr;
        std::vector<llvm::Value*> words;  ///< by word: its bits, counted
    } stretches_;
    std::array<llvm::Value*, 7> unusual_{};  ///< by bit: rows of this step; nullptr: none can be
};

}  // namespace proviso::jit

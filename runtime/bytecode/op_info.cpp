#include "runtime/bytecode/op_info.h"

#include <array>

namespace proviso::bytecode {

namespace {

bool takePrefix(std::string_view& text, std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

char takeLetter(std::string_view& text) {
    const char letter = text.empty() ? '?' : text.front();
    text.remove_prefix(text.empty() ? 0 : 1);
    return letter;
}

/// `col S mask`, `col S...`, `col S of rows of T`, `link C->S`, `link S->C of BuildRows`.
OperandInfo parseOperand(std::string_view text) {
    OperandInfo operand;
    if (text.size() >= 3 && text.substr(text.size() - 3) == "...") {
        operand.repeats = true;
        text.remove_suffix(3);
    }
    operand.link = takePrefix(text, "link ");
    takePrefix(text, "col ");
    operand.space = takeLetter(text);
    if (takePrefix(text, "->")) {
        operand.target = takeLetter(text);
    }
    if (takePrefix(text, " of rows of ")) {
        operand.target = takeLetter(text);
    }
    if (takePrefix(text, " of ")) {
        operand.madeBy = text;
    } else if (takePrefix(text, " ")) {
        operand.role = text;
    }
    return operand;
}

void parseOperands(OpInfo& info) {
    std::string_view rest = info.operandText;
    while (!rest.empty()) {
        const std::size_t comma = rest.find(", ");
        const std::string_view one = rest.substr(0, comma);
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 2);
        if (one == "...") {
            info.pairsRepeat = true;
        } else if (one.front() == '(' || one.substr(0, 3) == "as ") {
            info.ownRest = true;
            return;
        } else if (one.substr(0, 4) != "col " && one.substr(0, 5) != "link ") {
            // `of A, B or C` has a comma of its own.
            std::string_view& madeBy = info.operands.back().madeBy;
            madeBy = {madeBy.begin(), one.end()};
        } else {
            info.operands.push_back(parseOperand(one));
        }
    }
}

std::vector<OpInfo> makeOps() {
    std::vector<OpInfo> ops = {
#define PROVISO_OP(number, name, family, weight, operands, meaning)                                \
    {Op::name, #name, Family::family, weight, operands, meaning, {}, false},
#include "runtime/bytecode/ops.def"
#undef PROVISO_OP
    };
    for (OpInfo& info : ops) {
        parseOperands(info);
    }
    return ops;
}

}  // namespace

const std::vector<OpInfo>& allOps() {
    static const std::vector<OpInfo> kOps = makeOps();
    return kOps;
}

const OpInfo* findOp(Op op) {
    static const std::array<const OpInfo*, 256> kByNumber = [] {
        std::array<const OpInfo*, 256> byNumber{};
        for (const OpInfo& info : allOps()) {
            byNumber[static_cast<std::uint8_t>(info.op)] = &info;
        }
        return byNumber;
    }();
    return kByNumber[static_cast<std::uint8_t>(op)];
}

bool isMadeBy(const OperandInfo& operand, Op op) {
    const std::string_view names = operand.madeBy;
    const std::string_view name = opName(op);
    for (std::size_t at = names.find(name); at != std::string_view::npos;
         at = names.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if ((at == 0 || names[at - 1] == ' ') &&
            (end == names.size() || names[end] == ',' || names[end] == ' ')) {
            return true;
        }
    }
    return false;
}

bool takesMore(Op op) {
    return op >= Op::FoldTotal && op <= Op::FoldLatest;
}

std::string_view opName(Op op) {
    const OpInfo* const info = findOp(op);
    return info == nullptr ? "?" : info->name;
}

}  // namespace proviso::bytecode

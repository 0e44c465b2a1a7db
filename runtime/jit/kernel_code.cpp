#include "runtime/jit/kernel_code.h"

#include <algorithm>

namespace proviso::jit {

namespace {

/// Whether a node can be other than a value.
bool mayHaveState(const KernelCode& code,
                  const KernelNode& node,
                  const std::vector<std::uint8_t>& known) {
    const auto any = [&] {
        return std::any_of(node.operands.begin(), node.operands.end(), [&](std::uint32_t one) {
            return known[one] != 0;
        });
    };
    switch (node.op) {
    case KernelOp::Column:
        return code.columns[node.index].hasStates;
    case KernelOp::Constant:
        return false;
    case KernelOp::Spread:
        return code.columns[node.index].hasStates || code.links[node.link].hasStates;
    case KernelOp::Gather:
        return code.columns[node.index].hasStates || any();
    case KernelOp::TableValue:
        return node.table.size() > static_cast<std::size_t>(node.immediate) || any();
    case KernelOp::NotApplicable:
    case KernelOp::UnknownIf:
    case KernelOp::ExactlyOne:
    case KernelOp::Lowest:
    case KernelOp::Highest:
        return true;
    default:
        return any();
    }
}

/// Gives folds their arrays. Bits of one list share words.
void placeFolds(KernelCode& code) {
    constexpr std::uint32_t kBits = 64 / kBitsOfCount;
    std::vector<std::uint32_t> wordOf(code.lists.size(), kNoNode);
    std::vector<std::uint32_t> used(code.lists.size(), 0);
    code.numbers = 0;
    code.words.clear();
    for (KernelFold& fold : code.folds) {
        fold.numbers = isLogic(fold) ? kNoNode : code.numbers++;
        fold.word = kNoNode;
        const std::uint32_t bits = bitsOf(fold);
        if (bits == 0) {
            continue;
        }
        if (wordOf[fold.list] == kNoNode || used[fold.list] + bits > kBits) {
            wordOf[fold.list] = static_cast<std::uint32_t>(code.words.size());
            used[fold.list] = 0;
            code.words.push_back(fold.list);
        }
        fold.word = wordOf[fold.list];
        fold.bit = used[fold.list];
        used[fold.list] += bits;
    }
}

void append(std::string& bytes, std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
        bytes.push_back(static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xffU));
    }
}

void append(std::string& bytes, const std::vector<std::uint32_t>& numbers) {
    append(bytes, numbers.size());
    for (const std::uint32_t number : numbers) {
        append(bytes, std::uint64_t{number});
    }
}

}  // namespace

void findStates(KernelCode& code) {
    std::vector<std::uint8_t> known;
    known.reserve(code.nodes.size());
    for (const KernelNode& node : code.nodes) {
        known.push_back(mayHaveState(code, node, known) ? 1 : 0);
    }
    code.hasStates.clear();
    code.areAnswers.clear();
    for (const std::uint32_t output : code.outputs) {
        code.hasStates.push_back(known[output]);
        code.areAnswers.push_back(known[output] == 0 && code.nodes[output].isTruth ? 1 : 0);
    }
    for (KernelFold& fold : code.folds) {
        fold.rowsHaveStates =
            known[fold.mask] != 0 || (fold.value != kNoNode && known[fold.value] != 0);
        fold.hasStates = fold.rowsHaveStates || fold.moreHasStates || isExtreme(fold);
        fold.areAnswers = isLogic(fold) && !fold.hasStates;
    }
    placeFolds(code);
}

std::string bytesOf(const KernelCode& code) {
    std::string bytes;
    append(bytes, code.columns.size());
    for (const KernelCode::Column& column : code.columns) {
        bytes.push_back(column.hasStates ? 1 : 0);
        bytes.push_back(static_cast<char>(column.bytes));
    }
    append(bytes, code.links.size());
    for (const KernelCode::Link& link : code.links) {
        bytes.push_back(link.hasStates ? 1 : 0);
    }
    append(bytes, code.nodes.size());
    for (const KernelNode& node : code.nodes) {
        bytes.push_back(static_cast<char>(node.op));
        bytes.push_back(static_cast<char>(node.mode));
        bytes.push_back(static_cast<char>((node.isTruth ? 1 : 0) | (node.isDate ? 2 : 0) |
                                          (node.isBounded ? 4 : 0)));
        append(bytes, std::uint64_t{node.index});
        append(bytes, std::uint64_t{node.link});
        append(bytes, static_cast<std::uint64_t>(node.immediate));
        append(bytes, node.operands);
        append(bytes, node.table.size());
        for (const std::int64_t number : node.table) {
            append(bytes, static_cast<std::uint64_t>(number));
        }
    }
    append(bytes, code.outputs);
    append(bytes, code.lists.size());
    for (const KernelCode::List& list : code.lists) {
        append(bytes, std::uint64_t{list.link});
    }
    append(bytes, code.folds.size());
    for (const KernelFold& fold : code.folds) {
        bytes.push_back(static_cast<char>(fold.op));
        bytes.push_back(static_cast<char>((fold.isBounded ? 1 : 0) | (fold.hasMore ? 2 : 0) |
                                          (fold.moreHasStates ? 4 : 0)));
        append(bytes, std::uint64_t{fold.list});
        append(bytes, std::uint64_t{fold.mask});
        append(bytes, std::uint64_t{fold.value});
    }
    return bytes;
}

}  // namespace proviso::jit

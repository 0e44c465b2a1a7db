#pragma once

#include "compiler/typed/program.h"

namespace proviso::typed {

/// The comparison with its sides exchanged.
constexpr Comparison mirrored(Comparison comparison) {
    switch (comparison) {
    case Comparison::Less:
        return Comparison::Greater;
    case Comparison::LessOrEqual:
        return Comparison::GreaterOrEqual;
    case Comparison::Greater:
        return Comparison::Less;
    case Comparison::GreaterOrEqual:
        return Comparison::LessOrEqual;
    case Comparison::Equal:
    case Comparison::NotEqual:
        break;
    }
    return comparison;
}

}  // namespace proviso::typed

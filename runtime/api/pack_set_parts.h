#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/program.h"
#include "runtime/pack/pack_set.h"

#include <memory>
#include <proviso/pack_set.hpp>
#include <string>
#include <vector>

/// What stands behind the public PackSet. For the rooms that make pack sets: the compiler's API and
/// whatever reads them from files.
namespace proviso {

struct PackSetParts {
    std::shared_ptr<const bytecode::Program> program;
    bool isSigned = false;
    std::shared_ptr<const pack::PackSet> loaded;  ///< null where it was compiled
    std::vector<PackDescription> packs;
    std::vector<std::string> ruleNames;
};

/// The one way to a PackSet: verifies the program, whoever made it. Error: Malformed. Exported for
/// the compiler's library of the same version, and for no one else.
PROVISO_API Result<std::shared_ptr<const PackSet>>
makePackSet(std::shared_ptr<const bytecode::Program> program,
            bool isSigned,
            std::shared_ptr<const pack::PackSet> loaded = nullptr);

}  // namespace proviso

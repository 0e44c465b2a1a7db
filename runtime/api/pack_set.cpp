#include "runtime/api/pack_set_parts.h"
#include "runtime/bytecode/verifier.h"

#include <utility>

namespace proviso {

PackSet::PackSet(std::unique_ptr<const PackSetParts> parts) noexcept : parts_(std::move(parts)) {}

PackSet::~PackSet() = default;

std::string_view PackSet::digest() const noexcept {
    return parts_->program->digest;
}

std::span<const PackDescription> PackSet::packs() const noexcept {
    return parts_->packs;
}

std::string_view PackSet::recordName() const noexcept {
    return parts_->program->spaces[0].name;
}

std::string_view PackSet::keyField() const noexcept {
    const Schema& schema = parts_->program->schema;
    return schema.keyField == kNoIndex ? std::string_view()
                                       : schema.spaces[0].fields[schema.keyField].path.front();
}

std::span<const std::string> PackSet::ruleNames() const noexcept {
    return parts_->ruleNames;
}

bool PackSet::isSigned() const noexcept {
    return parts_->isSigned;
}

Result<std::shared_ptr<const PackSet>> makePackSet(std::shared_ptr<const bytecode::Program> program,
                                                   bool isSigned,
                                                   std::shared_ptr<const pack::PackSet> loaded) {
    if (const Result<void> verified = bytecode::verify(*program); !verified) {
        return verified.error();
    }
    auto parts = std::make_unique<PackSetParts>();
    parts->program = std::move(program);
    parts->isSigned = isSigned;
    parts->loaded = std::move(loaded);
    for (const bytecode::PackInfo& pack : parts->program->packs) {
        parts->packs.push_back({pack.name, pack.version, pack.title, pack.layer, pack.digest});
    }
    for (const bytecode::RuleInfo& rule : parts->program->rules) {
        parts->ruleNames.push_back(rule.name);
    }
    return std::shared_ptr<const PackSet>(std::make_shared<PackSet>(std::move(parts)));
}

}  // namespace proviso

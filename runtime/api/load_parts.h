#pragma once

#include "runtime/pack/pack_set.h"
#include "runtime/pack_place/pack_place.h"

#include <memory>
#include <proviso/load.hpp>
#include <string>

/// What loading once and watching share.
namespace proviso::api {

/// Reads the keys. Errors as loadPackSetFile.
Result<pack::Trust> trustOf(const LoadOptions& options);

/// A store where there is one, otherwise a file, be it there or not.
pack_place::Place placeNamed(const std::string& path);

Result<std::shared_ptr<const PackSet>> madeFrom(std::shared_ptr<const pack::PackSet> loaded);

}  // namespace proviso::api

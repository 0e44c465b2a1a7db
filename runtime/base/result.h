#pragma once

// Results are the same inside and outside: the public header declares them.
#include "runtime/base/check.h"

#include <proviso/result.hpp>

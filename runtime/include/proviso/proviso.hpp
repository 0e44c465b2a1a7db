#pragma once

/// All of the engine's C++ interface. To compile packs from text include proviso/compile.hpp as
/// well.
#include <proviso/decision.hpp>
#include <proviso/engine.hpp>
#include <proviso/load.hpp>
#include <proviso/pack_set.hpp>
#include <proviso/result.hpp>
#include <proviso/session.hpp>
#include <proviso/version.hpp>
#include <proviso/watch.hpp>

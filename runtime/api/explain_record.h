#pragma once

#include "runtime/api/session_state.h"
#include "runtime/base/result.h"

#include <proviso/session.hpp>
#include <string>
#include <string_view>

namespace proviso::api {

/// Session::explain.
Result<std::string>
explainRecord(SessionState& state, std::string_view key, const ExplainRequest& request);

}  // namespace proviso::api

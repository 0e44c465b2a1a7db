#pragma once

#include "runtime/bytecode/program.h"
#include "tools/proviso/console.h"
#include "tools/proviso/history_side.h"

#include <string>
#include <vector>

namespace proviso::tool {

struct NamedFields {
    std::vector<std::string> names;
    std::vector<FactField> fields;
};

/// `payor,state`: fields of the entry record to tell records apart by. For an empty text those that
/// every record has and that take few values: enumerations and codes that are required or have a
/// stated meaning where absent; `none` for none. Private fields are refused. Complains and returns
/// false for what is no such field.
bool findGroupFields(Console& console,
                     const bytecode::Program& program,
                     const std::string& text,
                     NamedFields& found);

/// `items.price,fee`: money to sum. For an empty text every such field that is not private; `none`
/// for none.
bool findSumFields(Console& console,
                   const bytecode::Program& program,
                   const std::string& text,
                   NamedFields& found);

}  // namespace proviso::tool

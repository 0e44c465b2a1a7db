#pragma once

#include "compiler/ast/ast.h"
#include "compiler/check/check.h"
#include "compiler/diagnostics/source.h"

#include <string>
#include <vector>

/// What packs say, cut into pieces that people know by name: the values of a parameter, the rows of
/// a table, what a rule asks and demands. Two outlines can be compared (difference.h).
namespace proviso {

/// One thing an item says: `value` `from 2026-01-01` `$2,480`.
struct OutlinePart {
    std::string group;    ///< what it is: `value`, `row`, `when`, `source`
    std::string key;      ///< which of its group: dates, a name, the cells that a row is found by
    std::string text;     ///< as the pack says it, comments left out and spaces folded
    std::string meaning;  ///< equal for texts that differ only in form
};

struct OutlineItem {
    std::string pack;
    std::string kind;   ///< `rule`, `parameter`, `pack`
    std::string name;   ///< empty for the pack itself
    std::string place;  ///< file and line
    std::vector<OutlinePart> parts;
};

/// The items of all packs, by pack, kind and name. `packs` must have been read without mistakes.
[[nodiscard]] std::vector<OutlineItem> outlineOf(const std::vector<ast::Pack>& packs,
                                                 const Sources& sources,
                                                 const TableFiles& tableFiles);

/// A piece of a pack's text on one line: comments left out, spaces folded except inside quotes.
[[nodiscard]] std::string foldedText(std::string_view text);

}  // namespace proviso

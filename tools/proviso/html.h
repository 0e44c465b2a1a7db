#pragma once

#include <string>
#include <string_view>

/// The pages that people print and hand to others: one file each, without scripts and without
/// anything from elsewhere.
namespace proviso::tool {

/// Text for the inside of an element or of a quoted attribute. Control characters become spaces,
/// bytes that are no UTF-8 become question marks.
std::string html(std::string_view text);

/// From the doctype to the opening of the body's main part.
std::string pageBegin(std::string_view title, std::string_view subtitle);
std::string pageEnd(std::string_view foot);

/// Writes `page` beside `path` and puts it in its place; the answer is empty, or why it could not.
std::string writePage(const std::string& path, std::string_view page);

}  // namespace proviso::tool

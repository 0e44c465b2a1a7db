#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/engine/carried.h"
#include "runtime/engine/collect.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What stages find about one record as bytes, for stores and files between stages. Texts are
/// written out, so that the bytes mean the same whatever dictionary a later run has. Equal findings
/// are equal bytes. Reading refuses bytes that were not written here.
namespace proviso::engine {

void writePart(std::string& out, const PartView& part);
/// Texts are views of the bytes, lists lie in the arena.
std::optional<PartView> readPart(std::string_view bytes, Arena& arena);

/// The cells of one record in each of the columns, parallel to `types`.
void writeCarried(std::string& out,
                  const CarriedColumns& columns,
                  const std::vector<Type>& types,
                  std::uint32_t record,
                  const Dictionary& dictionary);

/// Adds one record's cells to each of the columns. `ofEntryRecord`, parallel: whether the column
/// has one cell a record. False where the bytes were not written here.
bool readCarried(std::string_view bytes,
                 CarriedColumns& columns,
                 const std::vector<Type>& types,
                 const std::vector<bool>& ofEntryRecord,
                 Dictionary& dictionary);

void writeCounts(std::string& out, const std::vector<std::uint32_t>& counts);
std::optional<std::vector<std::uint32_t>> readCounts(std::string_view bytes);

}  // namespace proviso::engine

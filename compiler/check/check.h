#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

/// The files that tables are read from. Their texts stand in the `Sources` of the compilation, so
/// that messages can point into them.
class TableFiles {
  public:
    /// `name` is the file's name as the pack `pack` writes it.
    void add(SourceId pack, std::string name, SourceId text);
    /// An invalid id where there is no such file.
    [[nodiscard]] SourceId find(SourceId pack, std::string_view name) const;
    /// The files of a pack, by name.
    [[nodiscard]] std::vector<std::pair<std::string, SourceId>> of(SourceId pack) const;

  private:
    struct File {
        SourceId pack;
        std::string name;
        SourceId text;
    };
    std::vector<File> files_;
};

/// The names of the table files that a pack reads, in the order of its text.
[[nodiscard]] std::vector<std::string> tableFileNames(const ast::Pack& pack);

/// Resolves and types a whole pack set. Nothing when any error was reported.
///
/// The order of `packs` does not matter. `Program::order` stays empty: it is made by the analysis,
/// which also finds cycles among columns.
[[nodiscard]] std::optional<typed::Program> checkPackSet(const std::vector<ast::Pack>& packs,
                                                         const Sources& sources,
                                                         const TableFiles& tableFiles,
                                                         DiagnosticSink& sink);

}  // namespace proviso

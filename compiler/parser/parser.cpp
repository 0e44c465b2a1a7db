#include "compiler/parser/parser.h"

#include "compiler/parser/build.h"
#include "compiler/parser/syntax_file.h"

namespace proviso {

std::optional<ast::Pack> parsePack(const Sources& sources,
                                   SourceId source,
                                   DiagnosticSink& sink,
                                   const ParseLimits& limits) {
    const auto file = syntax::readSyntax(sources, source, sink, limits);
    if (!file) {
        return std::nullopt;
    }
    syntax::Builder builder(sources, sink, limits);
    ast::Pack pack;
    pack.source = source;
    if (file->header) {
        builder.header({*file->header, file->list, 0}, pack);
    }
    pack.items.reserve(file->items.size());
    for (const syntax::Tree& tree : file->items) {
        pack.items.push_back(builder.item({tree, file->list, 0}));
    }
    return pack;
}

}  // namespace proviso

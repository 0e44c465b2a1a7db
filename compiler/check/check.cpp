#include "compiler/check/check.h"

#include "compiler/check/context.h"
#include "compiler/check/dates.h"
#include "compiler/check/decisions.h"
#include "compiler/check/definitions.h"
#include "compiler/check/privacy.h"
#include "compiler/check/records.h"
#include "compiler/check/rules.h"
#include "compiler/check/tests.h"
#include "compiler/check/values.h"
#include "compiler/check/vocabulary.h"

#include <algorithm>

namespace proviso {

void TableFiles::add(SourceId pack, std::string name, SourceId text) {
    files_.push_back({pack, std::move(name), text});
}

SourceId TableFiles::find(SourceId pack, std::string_view name) const {
    for (const File& file : files_) {
        if (file.pack == pack && file.name == name) {
            return file.text;
        }
    }
    return {};
}

std::vector<std::pair<std::string, SourceId>> TableFiles::of(SourceId pack) const {
    std::vector<std::pair<std::string, SourceId>> result;
    for (const File& file : files_) {
        if (file.pack == pack) {
            result.emplace_back(file.name, file.text);
        }
    }
    std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    return result;
}

std::vector<std::string> tableFileNames(const ast::Pack& pack) {
    std::vector<std::string> result;
    for (const ast::ItemNode& node : pack.items) {
        const auto* table = std::get_if<ast::Table>(&node.item);
        if (table != nullptr && table->file &&
            std::find(result.begin(), result.end(), table->file->text) == result.end()) {
            result.push_back(table->file->text);
        }
    }
    return result;
}

std::optional<typed::Program> checkPackSet(const std::vector<ast::Pack>& packs,
                                           const Sources& sources,
                                           const TableFiles& tableFiles,
                                           DiagnosticSink& sink) {
    const std::size_t errorsBefore = sink.errorCount();
    check::Context context(packs, sources, tableFiles, sink);

    // All names first, so that neither the order of packs nor of their items matters.
    check::declarePacks(context);
    check::declareVocabulary(context);
    check::declareRecords(context);
    check::declareMembers(context);
    check::declareParameters(context);
    check::checkParameters(context);
    check::declareTables(context);
    check::declareFindings(context);

    check::checkAbsentMeanings(context);
    check::checkDecisions(context);
    check::checkDefinitions(context);
    check::checkGroupings(context);
    check::checkCollects(context);
    check::checkRules(context);
    check::checkOutputs(context);
    check::checkTests(context);

    check::checkReach(context);
    check::checkPrivacy(context);
    if (sink.errorCount() != errorsBefore) {
        return std::nullopt;
    }
    return std::move(context.program);
}

}  // namespace proviso

#include "tools/proviso/history_side.h"

#include "runtime/bytecode/print.h"
#include "runtime/history/decide.h"
#include "runtime/history/feed.h"
#include "runtime/values/date.h"
#include "tools/proviso/decision_log.h"
#include "tools/proviso/run_command.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace proviso::tool {

namespace {

constexpr std::size_t kMostRejectedKeys = 100'000;

/// Half of what this machine has, or of what a container leaves of it.
std::int64_t usualMemory() {
    std::int64_t all = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
    std::ifstream limit("/sys/fs/cgroup/memory.max");
    std::int64_t most = 0;
    if (limit >> most && most > 0) {
        all = std::min(all, most);
    }
    constexpr std::int64_t kWhereNobodySays = std::int64_t{1} << 30U;
    return all > 0 ? all / 2 : kWhereNobodySays;
}

/// A value that records are told apart by; dates by their month.
std::string groupText(const bytecode::Program& program,
                      const Dictionary& dictionary,
                      const Type& type,
                      const ColumnData& column,
                      std::uint32_t row) {
    if (column.state(row) != State::Value) {
        return column.state(row) == State::NotApplicable ? "none" : "not known";
    }
    const std::int64_t value = column.values[row];
    switch (type.kind) {
    case TypeKind::Text:
    case TypeKind::Code:
        return std::string(dictionary.text(static_cast<std::uint32_t>(value)));
    case TypeKind::Date:
        return formatDate(Date{value}).substr(0, 7);
    default:
        return bytecode::printValue(program, type, value);
    }
}

}  // namespace

std::int64_t sizeOfFiles(const std::vector<std::string>& paths) {
    std::int64_t size = 0;
    for (const std::string& path : paths) {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(path, error);
        size += error ? 0 : static_cast<std::int64_t>(bytes);
    }
    return size;
}

std::optional<std::int64_t> parseMemorySize(const std::string& text) {
    return text.empty() ? usualMemory() : parseSize(text);
}

HistorySide::HistorySide(Console& console,
                         std::shared_ptr<const bytecode::Program> program,
                         const HistoryOptions& options)
    : console_(console), program_(std::move(program)), options_(options) {}

bool HistorySide::read(const std::string& label) {
    // The other side holds them, too.
    const bool fits = sizeOfFiles(options_.records) <= options_.memory / (2 * kMemoryOfInputByte);
    if (!(fits ? readInMemory() : readOverDisk())) {
        return false;
    }
    if (rejectedCount_ != 0) {
        std::string text = label + " rejects " + counted(rejectedCount_, "record") + ":";
        for (const auto& [reason, count] : reasons_) {
            text += "\n  " + grouped(count) + "  " + reason;
        }
        console_.message(text + '\n');
    }
    return true;
}

bool HistorySide::readInMemory() {
    records_ = readRecords(console_, *program_, options_.records, options_.asOf);
    if (!records_) {
        return false;
    }
    note(records_->decoded.rejections);
    rejectedCount_ = records_->decoded.rejections.size();
    order_ = recordsInOrder(*program_, records_->decoded.store);
    return true;
}

bool HistorySide::readOverDisk() {
    if (folder_.path().empty()) {
        console_.complain(
            "there is no folder for temporary files; set TMPDIR, or allow more memory "
            "with --memory");
        return false;
    }
    for (const std::string& path : options_.records) {
        if (const std::string problem = problemOfInput(path); !problem.empty()) {
            console_.complainUnreadable(path, problem);
            return false;
        }
    }
    history::Store::Options temporary;
    temporary.temporary = true;
    temporary.cacheBytes = options_.memory / 4;
    Result<std::unique_ptr<history::Store>> store =
        history::Store::open(folder_.path() + "/records.db", program_->schema, temporary);
    if (!store) {
        console_.complain(spoken(store.error()));
        return false;
    }
    disk_ = std::move(*store);
    history::Feeder feeder(*program_, *disk_, kMostRejectedKeys);
    Progress progress(console_, "reading");
    feeder.progress = [&](std::uint64_t lines) { progress.update(lines, 0); };
    for (const std::string& path : options_.records) {
        if (const Result<void> added = feeder.addFile(path); !added) {
            console_.complain(spoken(added.error()));
            return false;
        }
    }
    note(feeder.report().rejections);
    rejectedCount_ = feeder.report().rejected;
    return true;
}

void HistorySide::note(const std::vector<Rejection>& rejections) {
    for (const Rejection& rejection : rejections) {
        const std::string reason = std::string(rejectionCode(rejection.reason)) + " " +
                                   rejection.message +
                                   (rejection.field.empty() ? "" : " (`" + rejection.field + "`)");
        ++reasons_[std::string(rejectionCode(rejection.reason)) + " " +
                   rejectionMessage(rejection.reason)];
        if (!rejection.recordKey.empty() && rejectedKeys_.size() < kMostRejectedKeys) {
            rejectedKeys_.emplace(rejection.recordKey, reason);
        }
    }
}

bool HistorySide::decide(const std::string& label, const BlockSink& sink) {
    RunOptions run;
    run.decide.asOf = options_.asOf;
    run.threads = options_.threads;
    Progress progress(console_, "deciding under " + label);
    run.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
    if (records_) {
        return decideRecords(program_, records_->decoded.store, run, sink);
    }
    history::Decider decider(program_, *disk_, run);
    if (const Result<history::DecideCounts> counts = decider.update(); !counts) {
        console_.complain(spoken(counts.error()));
        return false;
    }
    const Result<bool> told = decider.tell(/*all=*/true, sink);
    if (!told) {
        console_.complain(spoken(told.error()));
        return false;
    }
    return *told;
}

impact::RecordFacts HistorySide::factsOf(const RecordStore& store,
                                         std::uint32_t record,
                                         const std::vector<FactField>& by,
                                         const std::vector<FactField>& sums) const {
    impact::RecordFacts facts;
    const Batch& batch = store.batch();
    for (const FactField& one : by) {
        facts.groups.push_back(groupText(*program_,
                                         *batch.dictionary,
                                         program_->schema.spaces[0].fields[one.field].type,
                                         batch.spaces[0].columns[one.field],
                                         record));
    }
    for (const FactField& one : sums) {
        impact::Money& sum = facts.sums.emplace_back();
        const ColumnData& column = batch.spaces[one.space].columns[one.field];
        const int scale = program_->schema.spaces[one.space].fields[one.field].type.scale;
        const auto [begin, end] =
            one.space == 0 ? std::pair(record, record + 1) : store.rowsOf(one.space, record);
        for (std::uint32_t row = begin; row < end; ++row) {
            const Checked amount = scale <= impact::kMoneyScale
                                       ? rescaleUp(column.values[row], impact::kMoneyScale - scale)
                                       : Checked{0, EvaluationError::Overflow};
            sum.add(column.state(row) == State::Value && amount.ok() ? std::optional(amount.value)
                                                                     : std::nullopt);
        }
    }
    return facts;
}

std::vector<impact::RecordFacts> HistorySide::facts(const std::vector<std::string>& keys,
                                                    const std::vector<FactField>& by,
                                                    const std::vector<FactField>& sums) {
    std::vector<impact::RecordFacts> facts;
    if (by.empty() && sums.empty()) {
        facts.resize(keys.size());
        return facts;
    }
    // From a file the records of a block are read once more, all at a time.
    DecodedRecords decoded;
    std::optional<Dictionary> dictionary;
    std::vector<std::uint32_t> order;
    const RecordStore* store = nullptr;
    if (records_) {
        store = &records_->decoded.store;
    } else {
        dictionary.emplace(program_->texts);
        history::Statement find = disk_->database().prepare("SELECT id FROM keys WHERE key = ?1");
        std::string lines;
        for (const std::string& key : keys) {
            find.bindText(1, key);
            if (find.step()) {
                const history::Standing standing = disk_->standing(find.number(0), options_.asOf);
                lines += standing.record ? standing.record->text + '\n' : "";
            }
            find.reset();
        }
        decoded = decodeText(program_->schema, *dictionary, lines);
        store = &decoded.store;
        order = recordsInOrder(*program_, decoded.store);
    }
    const std::vector<std::uint32_t>& sorted = records_ ? order_ : order;
    const ColumnData& column = store->batch().spaces[0].columns[program_->schema.keyField];
    const auto keyOf = [&](std::uint32_t record) {
        return store->batch().dictionary->text(static_cast<std::uint32_t>(column.values[record]));
    };
    for (const std::string& key : keys) {
        const auto found = std::lower_bound(sorted.begin(),
                                            sorted.end(),
                                            key,
                                            [&](std::uint32_t record, const std::string& wanted) {
                                                return keyOf(record) < wanted;
                                            });
        if (found != sorted.end() && keyOf(*found) == key) {
            facts.push_back(factsOf(*store, *found, by, sums));
        } else {
            impact::RecordFacts& none = facts.emplace_back();
            none.groups.assign(by.size(), "not known");
            none.sums.resize(sums.size());
        }
    }
    return facts;
}

}  // namespace proviso::tool

#include "runtime/log/writer.h"

#include "runtime/base/digest.h"

#include <algorithm>
#include <utility>

namespace proviso::log {

namespace {

/// How much one record of inputs holds.
constexpr std::size_t kLinesARecord = 100;
constexpr std::size_t kBytesARecord = std::size_t{1} << 20U;

Error inLog(Error error, const std::string& folder) {
    error.message = "the decision log cannot be used: " + error.message;
    error.context = error.context.empty() ? folder : error.context;
    return error;
}

}  // namespace

Result<std::unique_ptr<Writer>> Writer::open(const std::string& folder, WriterOptions options) {
    if (Result<void> made = file::makeFolder(folder); !made) {
        return inLog(made.error(), folder);
    }
    Result<file::File> head = file::File::open(headPath(folder), file::File::Mode::ReadWrite);
    if (!head) {
        return inLog(head.error(), folder);
    }
    const Result<bool> locked = head->lock();
    if (!locked) {
        return inLog(locked.error(), folder);
    }
    if (!*locked) {
        return inLog({ErrorCode::Conflict, "another program writes to it", folder}, folder);
    }
    std::unique_ptr<Writer> writer(new Writer(folder, std::move(options), std::move(*head)));
    if (Result<void> recovered = writer->recover(); !recovered) {
        return inLog(recovered.error(), folder);
    }
    return writer;
}

Result<void> Writer::recover() {
    const Result<std::vector<std::uint64_t>> files = listFiles(folder_);
    if (!files) {
        return files.error();
    }
    Result<Head> acknowledged = loadHead(folder_);
    if (!acknowledged) {
        return Error{ErrorCode::Malformed,
                     acknowledged.error().message +
                         "; look at it with `proviso log verify`, and begin a new log elsewhere",
                     headPath(folder_)};
    }
    if (files->empty()) {
        return acknowledged->number == 0
                   ? startFile()
                   : Result<void>(Error{ErrorCode::Malformed,
                                        "its files are gone; begin a new log elsewhere",
                                        folder_});
    }
    // A writer that stops while it begins a file leaves one without a record.
    std::uint64_t file = files->back();
    Result<Scan> scan = scanFile(folder_, file, std::nullopt, {});
    if (scan && scan->records == 0 && files->size() > 1) {
        const std::uint64_t former = (*files)[files->size() - 2];
        Result<Scan> before = scanFile(folder_, former, std::nullopt, {});
        if (!before || !before->problem.empty() || before->records == 0) {
            return before
                       ? Error{ErrorCode::Malformed,
                               before->problem + "; look at it with `proviso log verify`, and "
                                                 "begin a new log elsewhere",
                               pathOf(folder_, former) + ":" + std::to_string(before->problemLine)}
                       : before.error();
        }
        scan->last = before->last;
        scan->chain = before->chain;
    }
    return scan ? continueAfter(*scan, *acknowledged, file) : scan.error();
}

/// Goes on behind the good records of the last file. What stands behind them is an end that was
/// never acknowledged, or the log was tampered with.
Result<void> Writer::continueAfter(const Scan& scan, const Head& acknowledged, std::uint64_t file) {
    if (scan.last < acknowledged.number) {
        const std::string what = scan.problem.empty()
                                     ? "it ends with record " + std::to_string(scan.last) +
                                           ", and record " + std::to_string(acknowledged.number) +
                                           " was acknowledged"
                                     : scan.problem;
        return Error{ErrorCode::Malformed,
                     what + "; look at it with `proviso log verify`, and begin a new log elsewhere",
                     pathOf(folder_, file) +
                         (scan.problem.empty() ? "" : ":" + std::to_string(scan.problemLine))};
    }
    last_ = {scan.last, scan.chain};
    acknowledged_ = acknowledged;
    fileNumber_ = file;
    if (scan.records == 0) {
        --fileNumber_;
        if (scan.allBytes != 0) {
            notes_.push_back(pathOf(folder_, file) +
                             ": a first record that was never finished is gone");
        }
        return startFile();
    }
    Result<file::File> opened = file::File::open(pathOf(folder_, file), file::File::Mode::Append);
    if (!opened) {
        return opened.error();
    }
    file_.emplace(std::move(*opened));
    size_ = scan.goodBytes;
    if (scan.allBytes > scan.goodBytes) {
        const std::uint64_t bytes = scan.allBytes - scan.goodBytes;
        if (Result<void> cut = file_->truncate(size_); !cut) {
            return cut;
        }
        notes_.push_back(pathOf(folder_, file) + ":" + std::to_string(scan.problemLine) +
                         ": an end of " + std::to_string(bytes) +
                         " bytes that was never acknowledged is cut");
        queue(Kind::Cut).bytes = bytes;
    }
    // What is good may not be synced yet.
    return sync();
}

/// Ends the current file, if there is one, and begins the next.
Result<void> Writer::startFile() {
    if (file_) {
        if (Result<void> synced = sync(); !synced) {
            return synced;
        }
    }
    const std::string path = pathOf(folder_, fileNumber_ + 1);
    Result<file::File> made = file::File::open(path, file::File::Mode::Append);
    if (!made) {
        return made.error();
    }
    Record record;
    record.kind = Kind::File;
    record.number = last_.number + 1;
    record.at = timeNow();
    record.file = fileNumber_ + 1;
    record.after = last_.chain;
    const std::string line = writeRecord(record, last_.chain);
    Result<void> done = made->truncate(0);
    done = std::move(done).and_then([&] { return made->write(line); });
    done = std::move(done).and_then([&] { return made->sync(); });
    done = std::move(done).and_then([&] { return file::syncFolder(folder_); });
    if (!done) {
        return done;
    }
    file_.emplace(std::move(*made));
    ++fileNumber_;
    size_ = line.size();
    isDirty_ = false;
    last_ = {record.number, record.chain};
    unsynced_ = 0;
    return acknowledge();
}

Record& Writer::queue(Kind kind) {
    Record& record = queue_.emplace_back();
    record.kind = kind;
    record.at = timeNow();
    return record;
}

void Writer::beginRun(std::optional<std::int64_t> knownAsOf, std::int64_t budget) {
    knownAsOf_ = knownAsOf;
    lines_ = 0;
    history_.clear();
    decisions_ = 0;
    Record& record = queue(Kind::Run);
    record.engine = options_.engine;
    record.knownAsOf = knownAsOf;
    record.budget = budget;
}

void Writer::useSet(const std::string& packs, bool unsignedPacks) {
    packs_ = packs;
    Record& record = queue(Kind::Set);
    record.packs = packs;
    record.unsignedPacks = unsignedPacks;
}

void Writer::addInput(std::string_view line, bool tooLong) {
    const bool fits = !queue_.empty() && queue_.back().kind == Kind::Input &&
                      queue_.back().inputs.size() < kLinesARecord && queuedBytes_ < kBytesARecord;
    if (!fits) {
        queue(Kind::Input);
        queuedBytes_ = 0;
    }
    Record& record = queue_.back();
    record.inputs.push_back(inputDigest(line, tooLong));
    ++lines_;
    history_ = historyAfter(history_, record.inputs.back());
    if (options_.keepInputs) {
        record.texts.emplace_back(line);
        queuedBytes_ += line.size();
    }
}

void Writer::addDecision(const std::string& input, std::string_view bytes) {
    Record& record = queue(Kind::Decision);
    record.packs = packs_;
    record.engine = options_.engine;
    record.knownAsOf = knownAsOf_;
    record.input = input;
    record.lines = lines_;
    record.history = history_;
    record.decision = sha256(bytes);
    if (options_.keepDecisions) {
        record.text = std::string(bytes);
    }
}

/// Writes bytes behind the last good record.
Result<void> Writer::append(const std::string& bytes) {
    if (isDirty_) {
        if (Result<void> cut = file_->truncate(size_); !cut) {
            return cut;
        }
        isDirty_ = false;
    }
    Result<void> written = file_->write(bytes);
    if (!written) {
        isDirty_ = !file_->truncate(size_);
    }
    return written;
}

Result<void> Writer::commit() {
    if (queue_.empty()) {
        return {};
    }
    const auto forget = [&](const Error& error) {
        std::erase_if(queue_, [](const Record& record) { return record.kind == Kind::Decision; });
        return inLog(error, folder_);
    };
    if (size_ >= options_.fileBytes) {
        if (Result<void> started = startFile(); !started) {
            return forget(started.error());
        }
    }
    const Head before = last_;
    const std::uint64_t sizeBefore = size_;
    std::string bytes;
    std::uint64_t decisions = 0;
    for (Record& record : queue_) {
        record.number = last_.number + 1;
        bytes += writeRecord(record, last_.chain);
        last_ = {record.number, record.chain};
        decisions += record.kind == Kind::Decision ? 1 : 0;
    }
    Result<void> done = append(bytes);
    if (done) {
        size_ += bytes.size();
        unsynced_ += queue_.size();
        const bool due = options_.durability == Durability::Always ||
                         (options_.durability == Durability::Every && unsynced_ >= options_.every);
        done = due ? sync() : Result<void>();
    }
    if (!done) {
        // Records that may or may not be on the disk were not acknowledged: they go.
        last_ = before;
        size_ = sizeBefore;
        isDirty_ = !file_->truncate(size_);
        return forget(done.error());
    }
    decisions_ += decisions;
    queue_.clear();
    return {};
}

/// What was written becomes what was acknowledged.
Result<void> Writer::sync() {
    if (Result<void> synced = file_->sync(); !synced) {
        return synced;
    }
    unsynced_ = 0;
    return acknowledge();
}

Result<void> Writer::acknowledge() {
    if (Result<void> written = head_.writeAt(0, writeHead(last_)); !written) {
        // It must not say more than there is.
        const Result<void> restored = acknowledged_.number == 0
                                          ? head_.truncate(0)
                                          : head_.writeAt(0, writeHead(acknowledged_));
        return written;
    }
    acknowledged_ = last_;
    return {};
}

Result<void> Writer::end(std::uint64_t notLogged) {
    Record& record = queue(Kind::End);
    record.decisions = decisions_;
    record.notLogged = notLogged;
    if (Result<void> committed = commit(); !committed) {
        return committed;
    }
    if (Result<void> synced = sync(); !synced) {
        return inLog(synced.error(), folder_);
    }
    return head_.sync().transform([] {});
}

}  // namespace proviso::log

#include "runtime/log/verify.h"

namespace proviso::log {

Result<Verified> verify(const std::string& folder, const std::function<void(const Record&)>& take) {
    const Result<std::vector<std::uint64_t>> files = listFiles(folder);
    if (!files) {
        return files.error();
    }
    const Result<Head> head = loadHead(folder);
    if (files->empty() && head && head->number == 0) {
        return Error{ErrorCode::NotFound, "there is no log in it", folder};
    }
    Verified found;
    const auto problem = [&](std::string text, std::string place) {
        found.problem = std::move(text);
        found.place = std::move(place);
        return found;
    };
    if (!head) {
        return problem(head.error().message, headPath(folder));
    }
    std::string chainAtHead;
    const auto note = [&](const Record& record) {
        found.decisions += record.kind == Kind::Decision ? 1 : 0;
        if (record.number == head->number) {
            chainAtHead = record.chain;
        }
        if (take) {
            take(record);
        }
    };
    for (const std::uint64_t file : *files) {
        if (file != found.files + 1) {
            return problem("the file is missing", pathOf(folder, found.files + 1));
        }
        const Result<Scan> scan = scanFile(folder, file, found.end, note);
        if (!scan) {
            return scan.error();
        }
        ++found.files;
        found.records += scan->records;
        if (scan->records != 0) {
            found.end = {scan->last, scan->chain};
        }
        const bool isLast = file == files->back();
        const bool isAcknowledged = found.end.number < head->number;
        if (!scan->problem.empty()) {
            found.tornEnd = isLast && scan->torn && !isAcknowledged;
            return problem(found.tornEnd
                               ? "the last record is torn; it was never acknowledged, and opening "
                                 "the log for writing cuts it"
                               : scan->problem,
                           pathOf(folder, file) + ":" + std::to_string(scan->problemLine));
        }
        if (scan->records == 0 && (!isLast || isAcknowledged)) {
            return problem("the file is empty", pathOf(folder, file));
        }
    }
    if (found.end.number < head->number) {
        return problem("the log ends with record " + std::to_string(found.end.number) +
                           ", and record " + std::to_string(head->number) + " was acknowledged",
                       files->empty() ? folder : pathOf(folder, files->back()));
    }
    if (head->number != 0 && chainAtHead != head->chain) {
        return problem("record " + std::to_string(head->number) +
                           " is not the one that was acknowledged",
                       headPath(folder));
    }
    return found;
}

}  // namespace proviso::log

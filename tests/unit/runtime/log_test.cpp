#include "runtime/base/digest.h"
#include "runtime/log/verify.h"
#include "runtime/log/writer.h"
#include "tests/catch.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace proviso;

namespace {

/// A folder that goes away with the test.
struct Folder {
    Folder() {
        // Thousands of syncs: in memory where there is such a place.
        const fs::path place =
            ::access("/dev/shm", W_OK) == 0 ? fs::path("/dev/shm") : fs::temp_directory_path();
        std::string pattern = (place / "proviso-log-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~Folder() {
        std::error_code error;
        fs::remove_all(path, error);
    }
    std::string path;
    std::string log() const { return path + "/log"; }
};

std::string readAll(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void writeAll(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

log::WriterOptions small(bool keeps = false) {
    log::WriterOptions options;
    options.fileBytes = 4000;
    options.keepInputs = options.keepDecisions = keeps;
    options.engine = "0";
    return options;
}

/// `steps` lines handed in and decided one after the other. Returns how many were acknowledged;
/// with `acknowledged`, each is also noted there, as by one who released it.
int writeSteps(log::Writer& writer, int steps, int acknowledged = -1) {
    writer.beginRun(std::nullopt, 100);
    writer.useSet("sha256:packs", false);
    int done = 0;
    for (int step = 0; step < steps; ++step) {
        const std::string line = "{\"id\": \"O-" + std::to_string(step) + "\"}";
        writer.addInput(line, false);
        writer.addDecision(log::inputDigest(line, false), "decided " + line);
        if (!writer.commit()) {
            return done;
        }
        ++done;
        if (acknowledged >= 0) {
            const char byte = '+';
            (void)!::write(acknowledged, &byte, 1);
        }
    }
    return writer.end(0) ? done : done - 1;
}

void writeLog(const std::string& folder, int steps, const log::WriterOptions& options) {
    auto writer = log::Writer::open(folder, options);
    REQUIRE(writer);
    REQUIRE(writeSteps(**writer, steps) == steps);
}

log::Verified verified(const std::string& folder) {
    auto found = log::verify(folder, {});
    REQUIRE(found);
    return *found;
}

std::vector<fs::path> filesOf(const std::string& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().filename() != "head") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

// ---- hooks: they are plain functions, so what they know is here

int operations = 0;
int stopAt = 0;       ///< counted from 1
int failWith = 0;     ///< 0: be killed
bool failOn = false;  ///< every operation from then on fails, not that one alone

int hook(file::Operation operation, const std::string&) {
    if (operation == file::Operation::HalfWritten) {
        ::kill(::getpid(), SIGKILL);
    }
    ++operations;
    if (operations < stopAt || (operations > stopAt && !failOn)) {
        return 0;
    }
    if (failWith != 0) {
        return failWith;
    }
    if (operation == file::Operation::Write) {
        return file::kTearWrite;
    }
    ::kill(::getpid(), SIGKILL);
    return EIO;
}

int countOperations(int steps) {
    Folder folder;
    operations = 0;
    stopAt = 1 << 30;
    failWith = EIO;
    failOn = false;
    file::setHook(hook);
    writeLog(folder.log(), steps, small());
    file::setHook(nullptr);
    return operations;
}

}  // namespace

TEST_CASE("what is written to a log is read back, through several files and runs") {
    Folder folder;
    writeLog(folder.log(), 20, small(true));
    writeLog(folder.log(), 5, small(true));
    CHECK(filesOf(folder.log()).size() > 2);
    std::vector<log::Record> records;
    const auto found =
        log::verify(folder.log(), [&](const log::Record& record) { records.push_back(record); });
    REQUIRE(found);
    CHECK(found->problem.empty());
    CHECK(found->decisions == 25);
    CHECK(found->records == records.size());
    CHECK(found->end.number == records.size());
    int runs = 0;
    std::string history;
    for (std::size_t index = 0; index < records.size(); ++index) {
        const log::Record& record = records[index];
        CHECK(record.number == index + 1);
        if (record.kind == log::Kind::Run) {
            ++runs;
            history.clear();
        } else if (record.kind == log::Kind::Input) {
            REQUIRE(record.texts.size() == record.inputs.size());
            for (std::size_t line = 0; line < record.inputs.size(); ++line) {
                CHECK(log::inputDigest(record.texts[line], false) == record.inputs[line]);
                history = log::historyAfter(history, record.inputs[line]);
            }
        } else if (record.kind == log::Kind::Decision) {
            CHECK(record.history == history);
            CHECK(record.decision == sha256(record.text));
            CHECK(record.packs == "sha256:packs");
        }
    }
    CHECK(runs == 2);
}

TEST_CASE("bytes of any kind come back and begin no line of their own") {
    Folder folder;
    const std::vector<std::string> lines = {
        std::string("a\nb\r\n\0c", 7), "\xff\xfe{\"n\": 1}", "\x1b[2J", "", "\xe2\x80\xa8 x \x7f"};
    {
        auto writer = log::Writer::open(folder.log(), small(true));
        REQUIRE(writer);
        (*writer)->beginRun(std::nullopt, 1);
        for (const std::string& line : lines) {
            (*writer)->addInput(line, false);
        }
        (*writer)->addInput("", true);
        REQUIRE((*writer)->commit());
    }
    std::vector<std::string> texts;
    std::vector<std::string> digests;
    const auto found = log::verify(folder.log(), [&](const log::Record& record) {
        texts.insert(texts.end(), record.texts.begin(), record.texts.end());
        digests.insert(digests.end(), record.inputs.begin(), record.inputs.end());
    });
    REQUIRE(found);
    CHECK(found->problem.empty());
    REQUIRE(texts.size() == lines.size() + 1);
    CHECK(std::equal(lines.begin(), lines.end(), texts.begin()));
    CHECK(digests.back() == "too_long");
    for (const char letter : readAll(log::pathOf(folder.log(), 1))) {
        CHECK((letter == '\n' || static_cast<unsigned char>(letter) >= 0x20));
    }
}

TEST_CASE("without being asked for, a log holds nothing of what was handed in or decided") {
    Folder folder;
    writeLog(folder.log(), 3, small(false));
    for (const fs::path& file : filesOf(folder.log())) {
        CHECK(readAll(file).find("O-") == std::string::npos);
    }
}

TEST_CASE("a thousand edits of a log are all noticed") {
    Folder folder;
    writeLog(folder.log(), 25, small(true));
    REQUIRE(verified(folder.log()).problem.empty());
    const std::vector<fs::path> files = filesOf(folder.log());
    REQUIRE(files.size() > 3);
    std::vector<std::string> texts;
    for (const fs::path& file : files) {
        texts.push_back(readAll(file));
    }
    std::mt19937 random(20250101);
    const auto below = [&](std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
    };
    const auto linesOf = [](const std::string& text) {
        std::vector<std::string> lines;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) {
            lines.push_back(line + '\n');
        }
        return lines;
    };
    const auto joined = [](const std::vector<std::string>& lines) {
        std::string text;
        for (const std::string& line : lines) {
            text += line;
        }
        return text;
    };
    for (int edit = 0; edit < 1000; ++edit) {
        const std::size_t file = below(files.size());
        std::string text = texts[file];
        std::vector<std::string> lines = linesOf(text);
        const std::size_t line = below(lines.size());
        bool isRemoved = false;
        switch (edit % 8) {
        case 0:  // a byte changed
            text[below(text.size())] ^= static_cast<char>(1U << below(7));
            break;
        case 1:  // a record removed
            lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(line));
            text = joined(lines);
            break;
        case 2:  // two records swapped
            std::swap(lines[line], lines[(line + 1) % lines.size()]);
            text = joined(lines);
            break;
        case 3:  // a record twice
            lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(line), lines[line]);
            text = joined(lines);
            break;
        case 4:  // an end cut off
            text.resize(below(text.size()));
            break;
        case 5:  // a byte put in or taken out
            if (below(2) == 0) {
                text.insert(below(text.size()), 1, static_cast<char>(' ' + below(90)));
            } else {
                text.erase(below(text.size()), 1);
            }
            break;
        case 6:  // a whole file gone
            isRemoved = true;
            break;
        case 7:  // the record of another file in its place
            lines[line] = linesOf(texts[(file + 1) % texts.size()]).front();
            text = joined(lines);
            break;
        }
        if (isRemoved) {
            fs::remove(files[file]);
        } else if (text == texts[file]) {
            continue;  // two equal places were swapped: nothing was edited
        } else {
            writeAll(files[file], text);
        }
        const log::Verified found = verified(folder.log());
        INFO("edit " << edit << " in file " << file << ", line " << line);
        CHECK_FALSE(found.problem.empty());
        CHECK_FALSE(found.tornEnd);
        if (file + 1 == files.size()) {
            // A record too many may be what was never acknowledged, and is cut.
            const auto writer = log::Writer::open(folder.log(), small());
            CHECK((!writer || !(*writer)->notes().empty()));
        }
        writeAll(files[file], texts[file]);
    }
    CHECK(verified(folder.log()).problem.empty());
}

TEST_CASE("an end that was never acknowledged is cut, and the log says so") {
    Folder folder;
    writeLog(folder.log(), 3, small());
    const std::string path = filesOf(folder.log()).back().string();
    const std::string whole = readAll(path);
    for (const std::string end : {"{\"n\": 1", "{\"n\": 99, \"type\": \"decision\"}\n{", "\n"}) {
        writeAll(path, whole + end);
        CHECK_FALSE(verified(folder.log()).problem.empty());
        auto writer = log::Writer::open(folder.log(), small());
        REQUIRE(writer);
        REQUIRE((*writer)->notes().size() == 1);
        CHECK((*writer)->notes()[0].find(std::to_string(end.size()) + " bytes") !=
              std::string::npos);
        REQUIRE((*writer)->end(0));
        CHECK(verified(folder.log()).problem.empty());
        writer->reset();
        writeAll(path, whole);
        fs::remove(log::headPath(folder.log()));
    }
}

TEST_CASE("records that were acknowledged and are gone close the log to writing") {
    Folder folder;
    writeLog(folder.log(), 3, small());
    const std::string path = filesOf(folder.log()).back().string();
    const std::string whole = readAll(path);
    writeAll(path, whole.substr(0, whole.size() - 1));
    CHECK_FALSE(verified(folder.log()).tornEnd);
    const auto writer = log::Writer::open(folder.log(), small());
    REQUIRE_FALSE(writer);
    CHECK(writer.error().code == ErrorCode::Malformed);
    CHECK(readAll(path).size() == whole.size() - 1);
}

TEST_CASE("a log has one writer") {
    Folder folder;
    auto writer = log::Writer::open(folder.log(), small());
    REQUIRE(writer);
    const auto other = log::Writer::open(folder.log(), small());
    REQUIRE_FALSE(other);
    CHECK(other.error().code == ErrorCode::Conflict);
}

TEST_CASE("stopped at every operation on files, a log keeps what was acknowledged") {
    const int steps = 14;
    const int all = countOperations(steps);
    REQUIRE(all > 30);
    for (int stop = 1; stop <= all; ++stop) {
        Folder folder;
        int ends[2] = {-1, -1};
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            operations = 0;
            stopAt = stop;
            failWith = 0;
            file::setHook(hook);
            auto writer = log::Writer::open(folder.log(), small());
            if (writer) {
                writeSteps(**writer, steps, ends[1]);
            }
            ::_exit(0);
        }
        ::close(ends[1]);
        int status = 0;
        ::waitpid(child, &status, 0);
        char byte = 0;
        std::uint64_t acknowledged = 0;
        while (::read(ends[0], &byte, 1) == 1) {
            ++acknowledged;
        }
        ::close(ends[0]);
        INFO("stopped at operation " << stop);
        REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
        {
            auto writer = log::Writer::open(folder.log(), small());
            REQUIRE(writer);
            REQUIRE(writeSteps(**writer, 2) == 2);
        }
        const log::Verified found = verified(folder.log());
        INFO(found.problem << " at " << found.place);
        CHECK(found.problem.empty());
        CHECK(found.decisions >= acknowledged + 2);
        CHECK(found.decisions <= acknowledged + 3);
    }
}

TEST_CASE(
    "every operation on files that fails is told, and nothing is acknowledged that is not there") {
    const int steps = 14;
    const int all = countOperations(steps);
    for (const bool forGood : {false, true}) {
        for (int stop = 1; stop <= all; ++stop) {
            INFO("operation " << stop << (forGood ? " and all after it" : ""));
            Folder folder;
            operations = 0;
            stopAt = stop;
            failWith = ENOSPC;
            failOn = forGood;
            file::setHook(hook);
            std::uint64_t acknowledged = 0;
            {
                auto writer = log::Writer::open(folder.log(), small());
                if (writer) {
                    // As one who counts: goes on after a failure.
                    (*writer)->beginRun(std::nullopt, 1);
                    (*writer)->useSet("sha256:packs", false);
                    for (int step = 0; step < steps; ++step) {
                        const std::string line = std::to_string(step);
                        (*writer)->addInput(line, false);
                        (*writer)->addDecision(log::inputDigest(line, false), line);
                        acknowledged += (*writer)->commit() ? 1 : 0;
                    }
                    const Result<void> ended = (*writer)->end(0);
                }
            }
            file::setHook(nullptr);
            auto writer = log::Writer::open(folder.log(), small());
            REQUIRE(writer);
            REQUIRE(writeSteps(**writer, 1) == 1);
            const log::Verified found = verified(folder.log());
            INFO(found.problem << " at " << found.place);
            CHECK(found.problem.empty());
            CHECK(found.decisions >= acknowledged + 1);
            // A failure of the last step of a commit leaves the records to be cut at the next one.
            CHECK(found.decisions <= acknowledged + 2);
        }
    }
}

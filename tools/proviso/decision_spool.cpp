#include "tools/proviso/decision_spool.h"

#include "runtime/engine/wire.h"

#include <cerrno>
#include <system_error>

namespace proviso::tool {

DecisionSpool::DecisionSpool() {
    errno = 0;
    file_.reset(std::tmpfile());
    if (!file_) {
        error_ = errno != 0 ? errno : EIO;
    }
}

bool DecisionSpool::add(const RecordResult& result) {
    if (failed()) {
        return false;
    }
    Arena arena;
    buffer_.clear();
    engine::writePart(buffer_, {viewOf(result, arena)});
    const auto size = static_cast<std::uint64_t>(buffer_.size());
    errno = 0;
    if (std::fwrite(&size, sizeof size, 1, file_.get()) != 1 ||
        std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size()) {
        error_ = errno != 0 ? errno : EIO;
    }
    return !failed();
}

bool DecisionSpool::rewind() {
    errno = 0;
    if (!failed() && (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0)) {
        error_ = errno != 0 ? errno : EIO;
    }
    return !failed();
}

std::optional<RecordResult> DecisionSpool::next() {
    std::uint64_t size = 0;
    errno = 0;
    if (failed() || std::fread(&size, sizeof size, 1, file_.get()) != 1) {
        if (!failed() && std::ferror(file_.get()) != 0) {
            error_ = errno != 0 ? errno : EIO;
        }
        return std::nullopt;
    }
    buffer_.resize(size);
    Arena arena;
    std::optional<engine::PartView> part;
    if (std::fread(buffer_.data(), 1, size, file_.get()) == size) {
        part = engine::readPart(buffer_, arena);
    }
    if (!part) {
        error_ = errno != 0 ? errno : EIO;
        return std::nullopt;
    }
    return own(part->result);
}

std::string DecisionSpool::failure() const {
    return std::error_code(error_, std::generic_category()).message();
}

}  // namespace proviso::tool

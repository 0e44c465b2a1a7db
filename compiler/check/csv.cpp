#include "compiler/check/csv.h"

namespace proviso::check {

namespace {

class CsvReader {
  public:
    CsvReader(std::string_view text, SourceId id) : text_(text), id_(id) {
        if (text_.substr(0, 3) == "\xef\xbb\xbf") {
            at_ = 3;
        }
    }

    Csv read() {
        while (at_ < text_.size() && !result_.error) {
            readRow();
        }
        return std::move(result_);
    }

  private:
    [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\n'; }
    [[nodiscard]] bool atLineEnd() const { return here() == '\n' || here() == '\r'; }
    [[nodiscard]] Span spanFrom(std::size_t begin) const {
        return {id_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)};
    }

    void skipLineEnd() {
        if (at_ < text_.size() && text_[at_] == '\r') {
            ++at_;
        }
        if (at_ < text_.size() && text_[at_] == '\n') {
            ++at_;
        }
    }

    void readRow() {
        CsvRow row;
        while (true) {
            row.push_back(here() == '"' ? quoted() : plain());
            if (result_.error || atLineEnd()) {
                break;
            }
            ++at_;  // the comma
        }
        skipLineEnd();
        const bool isEmpty = row.size() == 1 && row.front().span.size() == 0;
        if (!isEmpty) {
            result_.rows.push_back(std::move(row));
        }
    }

    CsvCell plain() {
        const std::size_t begin = at_;
        while (!atLineEnd() && here() != ',') {
            if (here() == '"') {
                fail("a quote stands inside a cell that does not begin with one", at_, at_ + 1);
            }
            ++at_;
        }
        std::string_view cell = text_.substr(begin, at_ - begin);
        const std::size_t first = cell.find_first_not_of(" \t");
        cell = first == std::string_view::npos
                   ? std::string_view()
                   : cell.substr(first, cell.find_last_not_of(" \t") - first + 1);
        return {std::string(cell), spanFrom(begin)};
    }

    CsvCell quoted() {
        const std::size_t begin = at_++;
        std::string cell;
        while (true) {
            if (at_ >= text_.size()) {
                fail("a quoted cell is not closed", begin, begin + 1);
                return {};
            }
            const char letter = text_[at_++];
            if (letter != '"') {
                cell += letter;
            } else if (at_ < text_.size() && text_[at_] == '"') {
                cell += '"';
                ++at_;
            } else {
                break;
            }
        }
        if (!atLineEnd() && here() != ',') {
            fail("text stands after the closing quote of a cell", at_, at_ + 1);
        }
        return {std::move(cell), spanFrom(begin)};
    }

    void fail(std::string why, std::size_t begin, std::size_t end) {
        if (!result_.error) {
            result_.error =
                CsvError{std::move(why),
                         {id_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}};
        }
    }

    std::string_view text_;
    SourceId id_;
    std::size_t at_ = 0;
    Csv result_;
};

}  // namespace

Csv parseCsv(const Sources& sources, SourceId id) {
    return CsvReader(sources.text(id), id).read();
}

}  // namespace proviso::check

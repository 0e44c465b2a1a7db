#include "runtime/input/excerpt.h"

#include "runtime/input/json_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <string_view>

namespace proviso {

namespace {

using Path = std::vector<std::string>;

bool beginsWith(const Path& path, const Path& begin) {
    return path.size() >= begin.size() && std::equal(begin.begin(), begin.end(), path.begin());
}

void appendText(std::string& out, std::string_view text) {
    out += '"';
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            out += '\\';
            out += letter;
        } else if (byte < 0x20) {
            out += fmt::format("\\u{:04x}", byte);
        } else {
            out += letter;
        }
    }
    out += '"';
}

/// Writes one record after another; the first pass only gathers private texts.
class Excerpt {
  public:
    Excerpt(const Schema& schema, bool withPrivate) : schema_(schema), withPrivate_(withPrivate) {}

    /// False where the line is no object.
    bool write(std::string_view line) {
        out_.clear();
        if (document_.parse(line) != JsonProblem::None ||
            document_.node(0).kind != JsonKind::Object) {
            return false;
        }
        object(0, 0, {});
        return true;
    }

    void nameStandIns() {
        std::size_t number = 0;
        for (auto& [text, standIn] : standIns_) {
            standIn = fmt::format("private-{:04}", ++number);
        }
    }

    const std::string& text() const { return out_; }

  private:
    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits
    void verbatim(std::uint32_t index) {
        const JsonNode& node = document_.node(index);
        switch (node.kind) {
        case JsonKind::Null:
            out_ += "null";
            return;
        case JsonKind::False:
            out_ += "false";
            return;
        case JsonKind::True:
            out_ += "true";
            return;
        case JsonKind::Number:
            out_ += node.text;
            return;
        case JsonKind::String:
            appendText(out_, node.text);
            return;
        case JsonKind::Array:
        case JsonKind::Object:
            break;
        }
        const bool isObject = node.kind == JsonKind::Object;
        out_ += isObject ? '{' : '[';
        bool first = true;
        for (std::uint32_t at = index + 1; at < node.next;) {
            out_ += first ? "" : ", ";
            first = false;
            if (isObject) {
                appendText(out_, document_.node(at).text);
                out_ += ": ";
                ++at;
            }
            verbatim(at);
            at = document_.node(at).next;
        }
        out_ += isObject ? '}' : ']';
    }

    /// Whether a value was written.
    bool field(const SchemaField& field, std::uint32_t index) {
        if (!field.isPrivate || withPrivate_) {
            verbatim(index);
            return true;
        }
        const JsonNode& node = document_.node(index);
        const bool hasStandIn =
            field.type.kind == TypeKind::Text ||
            (field.type.kind == TypeKind::Code && schema_.codes[field.type.ref].open);
        if (!hasStandIn || node.kind != JsonKind::String) {
            return false;
        }
        appendText(out_, standIns_[std::string(node.text)]);
        return true;
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits
    void rows(std::uint32_t space, std::uint32_t index) {
        const JsonNode& node = document_.node(index);
        if (node.kind != JsonKind::Array) {
            verbatim(index);
            return;
        }
        out_ += '[';
        bool first = true;
        for (std::uint32_t at = index + 1; at < node.next; at = document_.node(at).next) {
            const std::size_t before = out_.size();
            out_ += first ? "" : ", ";
            bool written = true;
            if (schema_.spaces[space].scalar) {
                written = field(schema_.spaces[space].fields[0], at);
            } else if (document_.node(at).kind == JsonKind::Object) {
                object(space, at, {});
            } else {
                verbatim(at);
            }
            if (!written) {
                out_.resize(before);
            }
            first = first && !written;
        }
        out_ += ']';
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits
    void object(std::uint32_t space, std::uint32_t index, const Path& above) {
        const JsonNode& node = document_.node(index);
        out_ += '{';
        bool first = true;
        for (std::uint32_t key = index + 1; key < node.next; key = document_.node(key + 1).next) {
            Path path = above;
            path.emplace_back(document_.node(key).text);
            const std::size_t before = out_.size();
            out_ += first ? "" : ", ";
            appendText(out_, path.back());
            out_ += ": ";
            if (member(space, key + 1, path)) {
                first = false;
            } else {
                out_.resize(before);
            }
        }
        out_ += '}';
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits
    bool member(std::uint32_t space, std::uint32_t index, const Path& path) {
        for (const SchemaField& one : schema_.spaces[space].fields) {
            if (one.path == path) {
                return field(one, index);
            }
        }
        for (std::uint32_t below = 0; below < schema_.spaces.size(); ++below) {
            if (schema_.spaces[below].parent == space && schema_.spaces[below].path == path) {
                rows(below, index);
                return true;
            }
        }
        const auto leadsOn = [&](const Path& whole) { return beginsWith(whole, path); };
        const bool known =
            std::any_of(schema_.spaces[space].fields.begin(),
                        schema_.spaces[space].fields.end(),
                        [&](const SchemaField& one) { return leadsOn(one.path); }) ||
            std::any_of(schema_.spaces.begin(), schema_.spaces.end(), [&](const SchemaSpace& one) {
                return one.parent == space && leadsOn(one.path);
            });
        if (!known || document_.node(index).kind != JsonKind::Object) {
            return false;
        }
        object(space, index, path);
        return true;
    }

    const Schema& schema_;
    bool withPrivate_;
    JsonDocument document_;
    std::map<std::string, std::string> standIns_;
    std::string out_;
};

}  // namespace

Result<std::vector<std::string>> excerptsOf(const Schema& schema,
                                            const std::vector<std::string>& lines,
                                            const ExcerptOptions& options) {
    if (!options.withPrivate && schema.keyField != kNoIndex &&
        schema.spaces[0].fields[schema.keyField].isPrivate) {
        return Error{ErrorCode::InvalidArgument, "the key of the records is private"};
    }
    Excerpt excerpt(schema, options.withPrivate);
    for (const std::string& line : lines) {
        if (!excerpt.write(line)) {
            return Error{ErrorCode::Malformed, "a record is no JSON object"};
        }
    }
    excerpt.nameStandIns();
    std::vector<std::string> excerpts;
    for (const std::string& line : lines) {
        excerpt.write(line);
        excerpts.push_back(excerpt.text());
    }
    return excerpts;
}

}  // namespace proviso

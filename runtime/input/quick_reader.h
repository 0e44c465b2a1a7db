#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "runtime/input/json_document.h"
#include "runtime/input/line_reader.h"
#include "runtime/input/quick_text.h"
#include "runtime/input/record_rows.h"
#include "runtime/input/record_shape.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

/// Reads a record straight from its line into columns, where the line is plainly right. simdjson
/// finds where the tokens are and checks UTF-8, quotes and control characters; every token is then
/// looked at once, in the light of the schema and of the order in which names came before.
///
/// Whatever is wrong or merely unusual makes it give up: JsonDocument and RecordDecoder then read
/// the line again from the start, and they alone say what is wrong. So this reader must never take
/// what they refuse, and must read what it takes as they do (input_quick_reader_test.cpp).
/// Not thread-safe.
class QuickReader {
  public:
    /// A name that the schema does not know, and where records have it.
    struct Ignored {
        std::string path;
        std::uint64_t* count = nullptr;  ///< of the owner
    };

    /// All must outlive the reader.
    QuickReader(const Schema& schema,
                Dictionary& dictionary,
                const RecordShape& shape,
                const RecordRows& rows,
                JsonLimits limits);
    ~QuickReader();
    QuickReader(const QuickReader&) = delete;
    QuickReader& operator=(const QuickReader&) = delete;

    /// Appends a record. False: given up; what was appended must be taken back.
    bool append(const InputLine& line, RecordRows& rows);

    /// After `append`: a name the record has and the schema does not know, once for each time.
    const std::vector<Ignored*>& ignored() const noexcept { return ignored_; }

    /// Ignored::count is nowhere again.
    void forgetCounts();

  private:
    struct Scanner;

    /// Where a token begins: a place in simdjson's list. Behind the last one stands the place of
    /// the line's end, where no token begins. What reads a value is given its first token and
    /// returns the one behind it, or nullptr to give up.
    using Token = const std::uint32_t*;

    enum class Kind : std::uint8_t {
        Ignored,
        Object,
        List,
        Text,
        Key,
        UnreadText,
        Whole,
        Decimal,
        Date,
        Enumeration,
        Code,
        YesNo,
        Attestation
    };

    /// How a value is read and where it goes.
    struct Value {
        Kind kind = Kind::Ignored;
        bool isSigned = false;
        bool isKept = true;
        std::uint8_t scale = 0;
        /// By kind: another object, a list's space, an enumeration, a code set, or into `unknown_`.
        std::uint32_t index = 0;
        std::uint32_t column = 0;  ///< of a field: RecordRows::columnOf
    };

    struct Name {
        HeadPattern pattern;    ///< `"name":`
        std::string_view text;  ///< the name alone
        Value value;
        std::uint32_t next = 0;      ///< the name that came after this one last time
        std::uint64_t required = 0;  ///< the bit that says that a required one is there
    };
    static constexpr std::size_t kMaximumNames = 256;  ///< those not known to the schema included
    static constexpr std::uint32_t kNoName = 0xffffffffU;

    struct Object {
        std::uint32_t space = 0;
        std::string path;  ///< from the record: `orders.items`
        std::vector<Name> names;
        Meanings byText;
        std::uint32_t first = 0;  ///< the name that came first last time
        std::uint64_t required = 0;
    };

    struct List {
        std::size_t most = 0;      ///< elements
        std::uint32_t object = 0;  ///< of its elements
        bool scalar = false;
        Value element;  ///< of a list of plain values
    };

    Value valueOf(std::uint32_t space, std::uint32_t field, const RecordRows& rows) const;
    void addObject(const RecordShape::Object& from, const RecordRows& rows);
    void addPaths(std::uint32_t object, const std::string& path);
    [[gnu::always_inline]] inline Token nameAt(Token at, Object& object, std::uint32_t& number);
    std::uint32_t learn(Object& object, std::string_view text);

    Token readObject(Token at, std::uint32_t index, std::uint32_t row, std::size_t depth);
    Token readList(Token at, std::uint32_t space, std::uint32_t parent, std::size_t depth);
    [[gnu::always_inline]] inline Token
    readValue(Token at, const Value& value, std::uint32_t row, std::size_t depth);
    [[gnu::always_inline]] inline void
    keep(const Value& value, std::uint32_t row, std::int64_t read);
    [[gnu::always_inline]] inline Token readText(Token at, const Value& value, std::uint32_t row);
    [[gnu::always_inline]] inline bool
    readNumber(Token at, const Value& value, std::int64_t& number) const;
    void expectTexts();
    bool readCode(Token at, std::uint32_t set, std::int64_t& code);
    bool readYesNo(Token at, std::int64_t& answer) const;
    Token readAttestation(Token at, std::size_t depth, std::int64_t& holds);
    Token skipValue(Token at, std::size_t depth);
    Token skipObject(Token at, std::size_t depth);
    Token skipList(Token at, std::size_t depth);

    [[gnu::always_inline]] inline std::string_view token(Token at) const;
    [[gnu::always_inline]] inline bool plainString(Token at, std::string_view& text) const;
    bool string(Token at, std::string_view& text);
    bool unescape(std::string_view& text);

    const Schema& schema_;
    Dictionary& dictionary_;
    const RecordShape& shape_;
    JsonLimits limits_;
    std::vector<Object> objects_;         ///< parallel to the shape's
    std::vector<List> lists_;             ///< by space
    std::vector<Meanings> members_;       ///< by enumeration
    std::vector<Meanings> codes_;         ///< by code set; used for closed ones
    std::vector<RecentMeanings> recent_;  ///< by code set, as records write them; for open ones
    std::deque<Ignored> unknown_;         ///< addresses stay
    std::deque<std::string> unknownNames_;
    bool usable_ = true;

    // Of the line that is being read.
    std::unique_ptr<Scanner> scanner_;
    RecordRows* rows_ = nullptr;
    const char* text_ = nullptr;
    bool hasEscapes_ = false;
    std::string padded_;
    std::string unescaped_;
    std::string normalised_;
    std::vector<std::string_view> keys_;
    struct Text {
        std::string_view text;
        std::uint32_t hash = 0;
        std::uint32_t column = 0;
        std::uint32_t row = 0;
    };
    std::vector<Text> texts_;   ///< to be interned once the whole line is read
    std::size_t expected_ = 0;  ///< so many of them were asked for
    std::vector<Ignored*> ignored_;
};

}  // namespace proviso

#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "runtime/input/json_document.h"
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
/// what they refuse, and must read what it takes as they do (tests/differential/quick_reader_test).
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
                JsonLimits limits);
    ~QuickReader();
    QuickReader(const QuickReader&) = delete;
    QuickReader& operator=(const QuickReader&) = delete;

    /// Appends a record. False: given up; what was appended must be taken back.
    bool append(std::string_view line, RecordRows& rows);

    /// After `append`: a name the record has and the schema does not know, once for each time.
    const std::vector<Ignored*>& ignored() const noexcept { return ignored_; }

  private:
    struct Scanner;

    /// Finds what a text means where only some are allowed.
    class Meanings {
      public:
        void add(std::string_view text, std::int64_t meaning);
        const std::int64_t* find(std::string_view text) const;

      private:
        void grow();

        struct Entry {
            std::string_view text;
            std::int64_t meaning = 0;
            bool taken = false;
        };
        std::vector<Entry> entries_;
        std::size_t count_ = 0;
    };

    struct Name {
        std::string_view text;
        enum class Kind : std::uint8_t {
            Field,
            Object,
            List,
            Ignored
        } kind = Kind::Field;
        std::uint32_t index = 0;         ///< as RecordShape::Slot, or into `unknown_`
        std::uint32_t next = 0;          ///< the name that came after this one last time
        std::uint32_t required = kFree;  ///< which bit says that a required one is there
        static constexpr std::uint32_t kFree = 0xffffffffU;
    };

    struct Object {
        std::uint32_t space = 0;
        std::string path;  ///< from the record: `orders.items`
        std::vector<Name> names;
        Meanings byText;
        std::uint32_t first = 0;  ///< the name that came first last time
        std::uint64_t required = 0;
    };

    void addPaths(std::uint32_t object, const std::string& path);
    std::uint32_t nameAt(Object& object, std::uint32_t& expected);
    std::uint32_t learn(Object& object, std::string_view text);

    bool readObject(std::uint32_t index, std::size_t depth);
    bool readField(std::uint32_t space, std::uint32_t field, std::size_t depth);
    bool readList(std::uint32_t space, std::size_t depth);
    bool readNumber(Type type, bool isSigned, std::int64_t& value);
    bool readCode(Type type, std::int64_t& value);
    bool readYesNo(std::int64_t& value);
    bool readAttestation(std::size_t depth, std::int64_t& value);
    bool skipValue(std::size_t depth);
    bool skipObject(std::size_t depth);
    bool skipList(std::size_t depth);

    char current() const;
    bool take(char expected);
    bool takeNull(bool& isNull);
    std::string_view token();
    bool takeString(std::string_view& text);
    bool unescape(std::string_view& text);

    const Schema& schema_;
    Dictionary& dictionary_;
    const RecordShape& shape_;
    JsonLimits limits_;
    std::vector<Object> objects_;    ///< parallel to the shape's
    std::vector<Meanings> members_;  ///< by enumeration
    std::vector<Meanings> codes_;    ///< by code set; used for closed ones
    std::deque<Ignored> unknown_;    ///< addresses stay
    std::deque<std::string> unknownNames_;
    bool usable_ = true;

    // Of the line that is being read.
    std::unique_ptr<Scanner> scanner_;
    RecordRows* rows_ = nullptr;
    const char* text_ = nullptr;
    std::uint32_t size_ = 0;
    const std::uint32_t* at_ = nullptr;  ///< where the next tokens begin
    const std::uint32_t* end_ = nullptr;
    bool hasEscapes_ = false;
    std::string unescaped_;
    std::string normalised_;
    std::vector<std::string_view> keys_;
    struct Text {
        std::string_view text;
        std::uint32_t space = 0;
        std::uint32_t field = 0;
        std::uint32_t row = 0;
    };
    std::vector<Text> texts_;  ///< to be interned once the whole line is read
    std::vector<Ignored*> ignored_;
};

}  // namespace proviso

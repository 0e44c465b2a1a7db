#include "runtime/engine/wire.h"

#include "runtime/engine/frame.h"

#include <algorithm>
#include <utility>

namespace proviso::engine {

namespace {

class Writer {
  public:
    explicit Writer(std::string& out) : out_(out) {}

    /// Small numbers take few bytes.
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            out_ += static_cast<char>(0x80U | (value & 0x7fU));
            value >>= 7U;
        }
        out_ += static_cast<char>(value);
    }
    void whole(std::int64_t value) {
        number((static_cast<std::uint64_t>(value) << 1U) ^
               (value < 0 ? ~std::uint64_t{0} : std::uint64_t{0}));
    }
    void flag(bool value) { number(value ? 1 : 0); }
    void text(std::string_view value) {
        number(value.size());
        out_ += value;
    }
    void texts(TextList values) {
        number(values.size());
        for (const std::string_view value : values) {
            text(value);
        }
    }

  private:
    std::string& out_;
};

/// Once something does not fit, everything reads as nothing and `failed` stays true.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    bool failed() const { return failed_; }
    bool atEnd() const { return !failed_ && bytes_.empty(); }

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (bytes_.empty()) {
                break;
            }
            const auto byte = static_cast<std::uint8_t>(bytes_.front());
            bytes_.remove_prefix(1);
            value |= std::uint64_t{byte & 0x7fU} << shift;
            if ((byte & 0x80U) == 0) {
                return value;
            }
        }
        fail();
        return 0;
    }
    std::int64_t whole() {
        const std::uint64_t value = number();
        return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
    }
    bool flag() { return number() != 0; }
    std::string_view text() {
        const std::uint64_t size = number();
        if (size > bytes_.size()) {
            fail();
            return {};
        }
        const std::string_view value = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return value;
    }
    /// How many things follow; each takes a byte at least.
    std::size_t size() {
        const std::uint64_t size = number();
        if (size > bytes_.size()) {
            fail();
            return 0;
        }
        return size;
    }
    TextList texts(Arena& arena) {
        const std::span<std::string_view> values = arena.list<std::string_view>(size());
        for (std::string_view& value : values) {
            value = text();
        }
        return values;
    }
    template <class Enumeration>
    Enumeration named(std::uint8_t last) {
        const std::uint64_t value = number();
        if (value > last) {
            fail();
            return {};
        }
        return static_cast<Enumeration>(value);
    }
    /// What was read cannot have been written.
    void fail() {
        failed_ = true;
        bytes_ = {};
    }

  private:
    std::string_view bytes_;
    bool failed_ = false;
};

/// Where the reasons of a place end.
std::size_t endOfPlace(ReasonList reasons, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < reasons.size() && reasons[end].place == reasons[begin].place) {
        ++end;
    }
    return end;
}

void write(Writer& to, ReasonList reasons) {
    std::size_t places = 0;
    for (std::size_t begin = 0; begin < reasons.size(); begin = endOfPlace(reasons, begin)) {
        ++places;
    }
    to.number(places);
    for (std::size_t begin = 0; begin < reasons.size();) {
        const std::size_t end = endOfPlace(reasons, begin);
        to.text(reasons[begin].place);
        to.number(end - begin);
        for (; begin < end; ++begin) {
            to.text(reasons[begin].why);
        }
    }
}

ReasonList readReasons(Reader& from, Arena& arena) {
    std::vector<ReasonView> reasons;
    for (std::size_t left = from.size(); left > 0; --left) {
        const std::string_view place = from.text();
        for (std::size_t texts = from.size(); texts > 0; --texts) {
            reasons.push_back({place, from.text()});
        }
    }
    return arena.keep(reasons);
}

void write(Writer& to, const ValueView& value) {
    const OpenView& more = value.more();
    to.number(static_cast<std::uint8_t>(value.kind));
    to.number(static_cast<std::uint8_t>(value.state));
    to.text(value.text());
    to.texts(more.members);
    to.texts(more.open);
    to.texts(more.missing);
    to.texts(more.errors);
    to.text(more.atLeast);
    to.text(more.atMost);
    write(to, more.reasons);
}

ValueView readShown(Reader& from, Arena& arena) {
    ValueView value;
    value.kind = from.named<ShownValue::Kind>(static_cast<std::uint8_t>(ShownValue::Kind::Set));
    value.state = from.named<State>(3);
    OpenView more;
    more.text = from.text();
    more.members = from.texts(arena);
    more.open = from.texts(arena);
    more.missing = from.texts(arena);
    more.errors = from.texts(arena);
    more.atLeast = from.text();
    more.atMost = from.text();
    more.reasons = readReasons(from, arena);
    const bool isPlain = more.members.empty() && more.open.empty() && more.missing.empty() &&
                         more.errors.empty() && more.atLeast.empty() && more.atMost.empty() &&
                         more.reasons.empty();
    if (isPlain) {
        value.setText(more.text);
    } else {
        value.setOpen(arena.one(more));
    }
    return value;
}

void write(Writer& to, std::span<const FieldView> fields) {
    to.number(fields.size());
    for (const FieldView& field : fields) {
        to.text(field.name);
        write(to, field.value);
    }
}

std::span<const FieldView> readFields(Reader& from, Arena& arena) {
    const std::span<FieldView> fields = arena.list<FieldView>(from.size());
    for (FieldView& field : fields) {
        field.name = from.text();
        field.value = readShown(from, arena);
    }
    return fields;
}

/// Every row says what its values are called.
void write(Writer& to, RowList rows, TextList columns) {
    to.number(rows.size());
    for (const RowView& row : rows) {
        to.flag(row.certain);
        to.number(columns.size());
        for (std::size_t index = 0; index < columns.size(); ++index) {
            to.text(columns[index]);
            write(to, row.values[index]);
        }
    }
}

/// `columns`: none until the first row of a list says them.
RowList readRows(Reader& from, Arena& arena, TextList& columns) {
    const std::span<RowView> rows = arena.list<RowView>(from.size());
    for (RowView& row : rows) {
        row.certain = from.flag();
        const std::span<std::string_view> names = arena.list<std::string_view>(from.size());
        const std::span<ValueView> values = arena.list<ValueView>(names.size());
        for (std::size_t index = 0; index < names.size(); ++index) {
            names[index] = from.text();
            values[index] = readShown(from, arena);
        }
        row.values = values;
        if (columns.empty()) {
            columns = names;
        } else if (!std::equal(columns.begin(), columns.end(), names.begin(), names.end())) {
            from.fail();
        }
    }
    return rows;
}

void write(Writer& to, const OutputView& output) {
    to.number(output.name->number);
    static const ListView kNoList{};
    const ListView& list = output.list == nullptr ? kNoList : *output.list;
    to.text(output.name->text);
    to.flag(output.name->isList);
    write(to, output.value);
    write(to, list.rows, list.columns);
    to.number(list.choices.size());
    for (const RowList& choice : list.choices) {
        write(to, choice, list.columns);
    }
    to.text(list.claimedWith);
}

OutputView readOutput(Reader& from, Arena& arena) {
    OutputName name;
    name.number = static_cast<std::uint32_t>(from.number());
    name.text = from.text();
    name.isList = from.flag();
    OutputView output;
    output.name = arena.one(name);
    output.value = readShown(from, arena);
    ListView list;
    list.rows = readRows(from, arena, list.columns);
    const std::span<RowList> choices = arena.list<RowList>(from.size());
    for (RowList& choice : choices) {
        choice = readRows(from, arena, list.columns);
    }
    list.choices = choices;
    list.claimedWith = from.text();
    output.list = name.isList || !list.claimedWith.empty() ? arena.one(list) : nullptr;
    return output;
}

void write(Writer& to, const FindingView& finding) {
    to.text(finding.code);
    to.number(finding.severity);
    to.text(finding.on);
    to.text(finding.because);
    to.text(finding.rule);
    to.texts(finding.sources);
    to.text(finding.remedy);
    write(to, finding.slots);
    to.flag(finding.atStake.has_value());
    to.whole(finding.atStake.value_or(0));
    to.flag(finding.shared);
    to.number(finding.sharedRow);
    to.flag(finding.counted);
}

FindingView readFinding(Reader& from, Arena& arena) {
    FindingView finding;
    finding.code = from.text();
    finding.severity = static_cast<std::uint8_t>(from.number());
    finding.on = from.text();
    finding.because = from.text();
    finding.rule = from.text();
    finding.sources = from.texts(arena);
    finding.remedy = from.text();
    finding.slots = readFields(from, arena);
    const bool hasStake = from.flag();
    const std::int64_t stake = from.whole();
    if (hasStake) {
        finding.atStake = stake;
    }
    finding.shared = from.flag();
    finding.sharedRow = static_cast<std::uint32_t>(from.number());
    finding.counted = from.flag();
    return finding;
}

bool isText(const Type& type) {
    return isTextLike(type);
}

}  // namespace

void writePart(std::string& out, const PartView& part) {
    Writer to(out);
    const RecordView& result = part.result;
    to.text(result.key);
    to.flag(part.tooLarge);
    to.flag(result.besideRejected);
    to.number(result.outputs.size());
    for (const OutputView& output : result.outputs) {
        write(to, output);
    }
    to.number(result.findings.size());
    for (const FindingView& finding : result.findings) {
        write(to, finding);
    }
    to.number(result.undetermined.size());
    for (const UndeterminedView& entry : result.undetermined) {
        to.text(entry.rule);
        to.text(entry.on);
        to.texts(entry.missing);
        write(to, entry.reasons);
    }
    to.number(result.errors.size());
    for (const ErrorView& entry : result.errors) {
        to.text(entry.rule);
        to.text(entry.on);
        to.text(entry.code);
        to.text(entry.message);
    }
    to.number(result.decided.size());
    for (const DecidedView& entry : result.decided) {
        to.number(entry.name->number);
        to.text(entry.name->text);
        to.text(entry.name->on);
        write(to, entry.value);
        to.text(entry.firstBoundBy());
        to.texts(entry.alsoBoundBy());
    }
}

std::optional<PartView> readPart(std::string_view bytes, Arena& arena) {
    Reader from(bytes);
    PartView part;
    RecordView& result = part.result;
    result.key = from.text();
    part.tooLarge = from.flag();
    result.besideRejected = from.flag();
    const std::span<OutputView> outputs = arena.list<OutputView>(from.size());
    for (OutputView& output : outputs) {
        output = readOutput(from, arena);
    }
    result.outputs = outputs;
    const std::span<FindingView> findings = arena.list<FindingView>(from.size());
    for (FindingView& finding : findings) {
        finding = readFinding(from, arena);
    }
    result.findings = findings;
    const std::span<UndeterminedView> undetermined = arena.list<UndeterminedView>(from.size());
    for (UndeterminedView& entry : undetermined) {
        entry.rule = from.text();
        entry.on = from.text();
        entry.missing = from.texts(arena);
        entry.reasons = readReasons(from, arena);
    }
    result.undetermined = undetermined;
    const std::span<ErrorView> errors = arena.list<ErrorView>(from.size());
    for (ErrorView& entry : errors) {
        entry.rule = from.text();
        entry.on = from.text();
        entry.code = from.text();
        entry.message = from.text();
    }
    result.errors = errors;
    const std::span<DecidedView> decided = arena.list<DecidedView>(from.size());
    for (DecidedView& entry : decided) {
        DecisionName name;
        name.number = static_cast<std::uint32_t>(from.number());
        name.text = from.text();
        name.on = from.text();
        entry.name = arena.one(name);
        entry.value = readShown(from, arena);
        const std::string_view first = from.text();
        entry.boundBy = boundBy(first, from.texts(arena), arena);
    }
    result.decided = decided;
    if (!from.atEnd()) {
        return std::nullopt;
    }
    return part;
}

void writeCarried(std::string& out,
                  const CarriedColumns& columns,
                  const std::vector<Type>& types,
                  std::uint32_t record,
                  const Dictionary& dictionary) {
    Writer to(out);
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const CarriedColumn& column = columns[index];
        const auto [begin, end] = column.cellsOf(record);
        to.number(end - begin);
        for (std::uint32_t cell = begin; cell < end; ++cell) {
            const State state = column.cells.state(cell);
            const bool bounded = state == State::Unknown && column.cells.bounded();
            to.number(static_cast<std::uint8_t>(state) | (bounded ? 4U : 0U));
            if (state == State::Value) {
                if (isText(types[index])) {
                    to.text(dictionary.text(static_cast<std::uint32_t>(column.cells.values[cell])));
                } else {
                    to.whole(column.cells.values[cell]);
                }
                continue;
            }
            if (bounded) {
                to.whole(column.cells.low(cell));
                to.whole(column.cells.high(cell));
            }
            const auto reason = column.reasons.find(cell);
            static const Reason kNoReason;
            const Reason& why = reason == column.reasons.end() ? kNoReason : *reason->second;
            to.number(why.places.size());
            for (const CarriedPlace& place : why.places) {
                to.text(place.record);
                to.text(place.text);
                to.text(place.why);
            }
            to.number(why.errors.size());
            for (const EvaluationError error : why.errors) {
                to.number(static_cast<std::uint8_t>(error));
            }
        }
    }
}

bool readCarried(std::string_view bytes,
                 CarriedColumns& columns,
                 const std::vector<Type>& types,
                 const std::vector<bool>& ofEntryRecord,
                 Dictionary& dictionary) {
    Reader from(bytes);
    for (std::size_t index = 0; index < columns.size(); ++index) {
        CarriedColumn one;
        const std::size_t cells = from.size();
        bool bounded = false;
        for (std::uint32_t cell = 0; cell < cells; ++cell) {
            const std::uint64_t kind = from.number();
            const auto state = static_cast<State>(kind & 3U);
            std::int64_t value = 0;
            std::int64_t low = kNoLow;
            std::int64_t high = kNoHigh;
            if (state == State::Value) {
                value = isText(types[index])
                            ? static_cast<std::int64_t>(dictionary.intern(from.text()))
                            : from.whole();
                low = value;
                high = value;
            } else {
                if ((kind & 4U) != 0) {
                    bounded = true;
                    low = from.whole();
                    high = from.whole();
                }
                auto reason = std::make_shared<Reason>();
                for (std::size_t left = from.size(); left > 0; --left) {
                    CarriedPlace& place = reason->places.emplace_back();
                    place.record = from.text();
                    place.text = from.text();
                    place.why = from.text();
                }
                for (std::size_t left = from.size(); left > 0; --left) {
                    reason->errors.push_back(static_cast<EvaluationError>(from.number()));
                }
                if (!reason->places.empty() || !reason->errors.empty()) {
                    one.reasons.emplace(cell, std::move(reason));
                }
            }
            one.cells.values.push_back(value);
            one.cells.states.push_back(state);
            one.cells.lows.push_back(low);
            one.cells.highs.push_back(high);
        }
        if (!bounded) {
            one.cells.lows.clear();
            one.cells.highs.clear();
        }
        if (from.failed() || (ofEntryRecord[index] && cells != 1)) {
            return false;
        }
        if (!ofEntryRecord[index]) {
            one.first = {0, static_cast<std::uint32_t>(cells)};
        }
        columns[index].append(one, 0, ofEntryRecord[index]);
    }
    return from.atEnd();
}

void writeCounts(std::string& out, const std::vector<std::uint32_t>& counts) {
    Writer to(out);
    to.number(counts.size());
    for (const std::uint32_t count : counts) {
        to.number(count);
    }
}

std::optional<std::vector<std::uint32_t>> readCounts(std::string_view bytes) {
    Reader from(bytes);
    std::vector<std::uint32_t> counts(from.size());
    for (std::uint32_t& count : counts) {
        count = static_cast<std::uint32_t>(from.number());
    }
    if (!from.atEnd()) {
        return std::nullopt;
    }
    return counts;
}

}  // namespace proviso::engine

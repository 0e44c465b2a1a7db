#include "tools/proviso/packet.h"

#include "runtime/base/digest.h"
#include "runtime/bytecode/program.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "runtime/values/date.h"
#include "tools/proviso/decision_writer.h"
#include "tools/proviso/json_writer.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace proviso::tool {

namespace {

constexpr std::string_view kForm = "proviso evidence packet 1";
/// The twin is `{"packet": BODY, "digest": "sha256:..."}`: the digest is of the bytes of BODY.
constexpr std::string_view kBegin = "{\"packet\": ";
constexpr std::string_view kMiddle = ",\n\"digest\": \"";
constexpr std::string_view kEnd = "\"}\n";

/// The file's name and line alone: where the packs lie is nobody's business, and differs.
std::string placeWithin(const std::string& place) {
    return place.substr(place.rfind('/') == std::string::npos ? 0 : place.rfind('/') + 1);
}

std::string digestOf(const std::vector<std::string>& records) {
    Sha256 digest;
    for (const std::string& record : records) {
        digest.addFramed(record);
    }
    return digest.finish();
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
void gather(const ExplainedNode& node, std::set<std::string>& parameters) {
    if (node.kind == "parameter") {
        parameters.insert(node.text);
    }
    for (const ExplainedNode& child : node.children) {
        gather(child, parameters);
    }
}

std::string dedented(std::string_view text) {
    // The first line begins where the item does, in the first column.
    std::string out(text);
    while (!out.empty() && (out.back() == '\n' || out.back() == ' ' || out.back() == '\r')) {
        out.pop_back();
    }
    return out;
}

/// The whole item that a place of its text lies in.
Span itemAt(const CompiledSet& set, Span place) {
    for (const ast::Pack& pack : set.packs) {
        if (pack.source != place.source) {
            continue;
        }
        for (const ast::ItemNode& node : pack.items) {
            if (node.span.begin <= place.begin && place.begin < node.span.end) {
                return node.span;
            }
        }
    }
    return place;
}

std::vector<PacketText> textsOf(const CompiledSet& set, const Explanation& explanation) {
    std::set<std::string> rules;
    std::set<std::string> parameters;
    for (const ExplainedRule& rule : explanation.rules) {
        rules.insert(rule.name);
        if (rule.condition) {
            gather(*rule.condition, parameters);
        }
        for (const ExplainedException& exception : rule.exceptions) {
            if (exception.condition) {
                gather(*exception.condition, parameters);
            }
        }
    }
    std::vector<PacketText> texts;
    const auto add = [&](const char* kind, const std::string& name, Span named) {
        const Span span = itemAt(set, named);
        const Position position = set.sources.position(span.source, span.begin);
        texts.push_back({kind,
                         name,
                         placeWithin(std::string(set.sources.path(span.source))) + ":" +
                             std::to_string(position.line),
                         dedented(set.sources.text(span))});
    };
    const typed::Program& program = *set.typed;
    std::set<std::string> exceptions;
    for (const typed::Rule& rule : program.rules) {
        if (!rules.contains(rule.name)) {
            continue;
        }
        add("rule", rule.name, rule.span);
        for (const std::uint32_t index : rule.exceptions) {
            const typed::Exception& exception = program.exceptions[index];
            if (exceptions.insert(exception.name).second) {
                add("exception", exception.name, exception.span);
            }
        }
    }
    for (const typed::Parameter& parameter : program.parameters) {
        const std::string brief = parameter.name.substr(parameter.name.rfind('.') + 1);
        if (parameters.contains(parameter.name) || parameters.contains(brief)) {
            add("parameter", parameter.name, parameter.span);
        }
    }
    return texts;
}

/// Rules are named by their pack; the longest name of a pack that fits is it.
std::vector<PacketPack> packsOf(const bytecode::Program& program, const Explanation& explanation) {
    std::map<std::string, std::string> packOfRule;
    for (const bytecode::RuleInfo& rule : program.rules) {
        packOfRule[rule.name] = rule.pack;
    }
    std::map<std::string, std::set<std::string>> sources;
    for (const ExplainedRule& rule : explanation.rules) {
        std::set<std::string>& cited = sources[packOfRule[rule.name]];
        cited.insert(rule.sources.begin(), rule.sources.end());
        for (const ExplainedException& exception : rule.exceptions) {
            cited.insert(exception.sources.begin(), exception.sources.end());
        }
    }
    std::vector<PacketPack> packs;
    for (const bytecode::PackInfo& pack : program.packs) {
        PacketPack& one = packs.emplace_back();
        one.name = pack.name;
        one.version = pack.version;
        one.title = pack.title;
        one.layer = pack.layer;
        one.digest = pack.digest;
        const auto found = sources.find(pack.name);
        one.speaks = found != sources.end();
        if (one.speaks) {
            one.sources.assign(found->second.begin(), found->second.end());
        }
    }
    return packs;
}

void writeTexts(Json& json, std::string_view name, const std::vector<std::string>& texts) {
    json.key(name).open('[');
    for (const std::string& text : texts) {
        json.text(text);
    }
    json.close(']');
}

/// The parts that a reader of the twin meets, in this order. Records stand as texts, so that their
/// bytes are what the digest is of.
std::string bodyOf(const Packet& packet) {
    Json json;
    json.open('{');
    json.field("form", kForm);
    json.field("record", packet.request.key);
    json.field("record_name", packet.recordName);
    json.key("engine").open('{');
    json.field("version", packet.engineVersion);
    json.field("bytecode", std::uint64_t{bytecode::kFormatVersion});
    json.close('}');
    json.key("known_as_of");
    packet.request.asOf ? json.text(formatDate(Date{*packet.request.asOf})) : json.raw("null");
    json.key("with_private").raw(packet.request.withPrivate ? "true" : "false");
    json.key("packs").open('{');
    json.field("digest", packet.packsDigest);
    if (packet.request.unsignedPacks) {
        json.key("unsigned").raw("true");
    }
    json.key("list").open('[');
    for (const PacketPack& pack : packet.packs) {
        json.out += "\n";
        json.open('{');
        json.field("name", pack.name);
        json.field("version", pack.version);
        json.field("title", pack.title);
        json.field("layer", pack.layer);
        json.field("digest", pack.digest);
        json.key("speaks").raw(pack.speaks ? "true" : "false");
        writeTexts(json, "sources", pack.sources);
        json.close('}');
    }
    json.close(']').close('}');
    json.out += ",\n\"inputs\": {\"digest\": ";
    appendJsonText(json.out, packet.recordsDigest);
    json.out += ", \"records\": [";
    for (const std::string& record : packet.request.records) {
        json.out += &record == packet.request.records.data() ? "\n" : ",\n";
        appendJsonText(json.out, record);
    }
    json.out += "]},\n\"decision\": " + packet.decision;
    json.out += ",\n\"explanation\": " + explanationJson(packet.explanation);
    json.key("texts").open('[');
    for (const PacketText& text : packet.texts) {
        json.open('{');
        json.field("kind", text.kind);
        json.field("name", text.name);
        json.field("place", text.place);
        json.field("text", text.text);
        json.close('}');
    }
    json.close(']').key("what_if").open('{');
    json.field("tried", packet.whatIfs.tried);
    json.key("complete").raw(packet.whatIfs.complete ? "true" : "false");
    json.key("found").open('[');
    for (const impact::WhatIf& one : packet.whatIfs.found) {
        json.open('{');
        json.field("kind", impact::kindName(one.kind));
        json.field("what", one.what);
        json.field("was", one.was);
        json.field("instead", one.instead);
        writeTexts(json, "changes", one.changes);
        json.close('}');
    }
    json.close(']').close('}').close('}');
    return std::move(json.out);
}

/// The names of the parts that differ.
std::vector<std::string> differingParts(const nlohmann::ordered_json& said,
                                        const nlohmann::ordered_json& wanted) {
    std::vector<std::string> names;
    for (const auto& [name, value] : wanted.items()) {
        if (!said.contains(name) || said[name] != value) {
            names.push_back(name);
        }
    }
    for (const auto& [name, value] : said.items()) {
        if (!wanted.contains(name)) {
            names.push_back("a part that packets do not have");
        }
    }
    return names;
}

struct OpenedPacket {
    std::string body;
    std::string digest;
    nlohmann::ordered_json parts;
};

Result<OpenedPacket> open(const std::string& json) {
    const Error none{ErrorCode::Malformed, "it is no evidence packet of this version"};
    const std::size_t middle = json.rfind(kMiddle);
    if (!json.starts_with(kBegin) || !json.ends_with(kEnd) || middle == std::string::npos ||
        middle < kBegin.size()) {
        return none;
    }
    OpenedPacket opened;
    opened.body = json.substr(kBegin.size(), middle - kBegin.size());
    opened.digest =
        json.substr(middle + kMiddle.size(), json.size() - kEnd.size() - middle - kMiddle.size());
    opened.parts = nlohmann::ordered_json::parse(opened.body, nullptr, /*allow_exceptions=*/false);
    const auto& parts = opened.parts;
    const auto textAt = [](const nlohmann::ordered_json& object, const char* name) {
        return object.is_object() && object.contains(name) && object[name].is_string();
    };
    const bool fits = textAt(parts, "form") && parts["form"] == kForm && textAt(parts, "record") &&
                      parts.contains("with_private") && parts["with_private"].is_boolean() &&
                      parts.contains("known_as_of") &&
                      (parts["known_as_of"].is_null() || parts["known_as_of"].is_string()) &&
                      parts.contains("inputs") && parts["inputs"].is_object() &&
                      parts["inputs"].contains("records") &&
                      parts["inputs"]["records"].is_array() && parts.contains("packs") &&
                      textAt(parts["packs"], "digest");
    if (!fits) {
        return none;
    }
    for (const auto& record : parts["inputs"]["records"]) {
        if (!record.is_string()) {
            return none;
        }
    }
    return opened;
}

}  // namespace

Result<Packet> makePacket(const CompiledSet& set, const PacketRequest& request) {
    const bytecode::Program& program = *set.program;
    Packet packet;
    packet.request = request;
    packet.engineVersion = PROVISO_VERSION;
    packet.recordName = program.spaces[0].name;
    packet.packsDigest = program.digest;
    packet.recordsDigest = digestOf(request.records);

    Dictionary dictionary(program.texts);
    std::string lines;
    for (const std::string& record : request.records) {
        if (record.find('\n') != std::string::npos) {
            return Error{ErrorCode::Malformed, "a record is more than one line"};
        }
        lines += record + '\n';
    }
    DecodeOptions decode;
    if (request.asOf) {
        decode.knownAsOf = Date{*request.asOf};
    }
    const DecodedRecords decoded = decodeText(program.schema, dictionary, lines, decode, "packet");
    if (!decoded.rejections.empty()) {
        return Error{ErrorCode::Malformed,
                     "a record in it cannot be read: " + formatRejection(decoded.rejections[0])};
    }
    const std::vector<std::uint32_t> order = recordsInOrder(program, decoded.store);
    const Batch batch = decoded.store.select(order);
    const auto keyOf = [&](std::uint32_t row) {
        return dictionary.text(static_cast<std::uint32_t>(
            batch.spaces[0].columns[program.schema.keyField].values[row]));
    };
    std::uint32_t row = 0;
    while (row < order.size() && keyOf(row) != request.key) {
        ++row;
    }
    if (row == order.size()) {
        return Error{ErrorCode::NotFound, "the record is not among those it rests on"};
    }
    DecideOptions decide;
    decide.asOf = request.asOf;
    Evaluator evaluator(set.program);
    std::vector<RecordResult> results = evaluator.decide(batch, decide);
    packet.result = std::move(results[row]);
    RunStamp stamp = stampOf(program, request.asOf);
    stamp.unsignedPacks = request.unsignedPacks;
    packet.keyName = stamp.keyName;
    packet.decision = toJson(packet.result, stamp);

    ExplainOptions explaining;
    explaining.showPrivate = request.withPrivate;
    packet.explanation = explain(evaluator.interpreter(), batch, row, packet.result, explaining);
    packet.explanation.unsignedPacks = request.unsignedPacks;
    impact::WhatIfOptions asking;
    asking.decide = decide;
    asking.withPrivate = request.withPrivate;
    packet.whatIfs =
        impact::whatIfs(set.program, batch, row, packet.result, packet.explanation, asking);
    packet.texts = textsOf(set, packet.explanation);
    packet.packs = packsOf(program, packet.explanation);
    for (ExplainedRule& rule : packet.explanation.rules) {
        rule.place = placeWithin(rule.place);
    }
    const std::string body = bodyOf(packet);
    packet.digest = sha256(body);
    packet.json =
        std::string(kBegin) + body + std::string(kMiddle) + packet.digest + std::string(kEnd);
    return packet;
}

Result<PacketCheck> checkPacket(const CompiledSet& set, const std::string& json) {
    const Result<OpenedPacket> opened = open(json);
    if (!opened) {
        return opened.error();
    }
    PacketCheck check;
    const nlohmann::ordered_json& parts = opened->parts;
    PacketRequest request;
    request.key = parts["record"].get<std::string>();
    request.withPrivate = parts["with_private"].get<bool>();
    // Who signed the packs is no part of what is decided again.
    request.unsignedPacks =
        parts["packs"].contains("unsigned") && parts["packs"]["unsigned"] == true;
    if (parts["known_as_of"].is_string()) {
        const std::optional<Date> day = parseDate(parts["known_as_of"].get<std::string>());
        if (!day) {
            return Error{ErrorCode::Malformed, "`known_as_of` is no date"};
        }
        request.asOf = day->days;
    }
    for (const auto& record : parts["inputs"]["records"]) {
        request.records.push_back(record.get<std::string>());
    }
    check.key = request.key;
    check.records = request.records.size();
    check.packsDigest = parts["packs"]["digest"].get<std::string>();
    if (opened->digest != sha256(opened->body)) {
        check.problems.emplace_back("its bytes are not those that its digest is of");
    }
    if (check.packsDigest != set.program->digest) {
        check.problems.push_back("it was decided by the packs " + check.packsDigest +
                                 ", and these are " + set.program->digest);
    }
    const Result<Packet> again = makePacket(set, request);
    if (!again) {
        check.problems.push_back("its records cannot be decided again: " + again.error().message);
        return check;
    }
    if (again->json != json) {
        const std::string& whole = again->json;
        const Result<OpenedPacket> mine = open(whole);
        const std::vector<std::string> names =
            mine ? differingParts(parts, mine->parts) : std::vector<std::string>();
        for (const std::string& name : names) {
            check.problems.push_back("decided again, `" + name + "` is not what it says");
        }
        if (check.problems.empty()) {
            check.problems.emplace_back("decided again, it is other bytes");
        }
    }
    return check;
}

}  // namespace proviso::tool

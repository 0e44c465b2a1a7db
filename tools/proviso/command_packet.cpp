#include "compiler/diagnostics/suggest.h"
#include "compiler/driver/load.h"
#include "runtime/decision/json.h"
#include "runtime/decision/text.h"
#include "runtime/explain/around.h"
#include "runtime/explain/explain.h"
#include "runtime/input/excerpt.h"
#include "runtime/input/line_reader.h"
#include "tools/proviso/html.h"
#include "tools/proviso/options.h"
#include "tools/proviso/pack_files.h"
#include "tools/proviso/packet.h"
#include "tools/proviso/records.h"

#include <algorithm>
#include <fstream>
#include <map>

namespace proviso::tool {

namespace {

constexpr std::size_t kMostPacketBytes = std::size_t{256} << 20U;

struct PacketOptions {
    std::vector<std::string> packs;
    TrustOptions trust;
    std::vector<std::string> records;
    std::string key;
    std::string asOf;
    std::string output;
    std::string verify;
    bool withPrivate = false;
};

/// The lines that the records were read from, in the order of `records`. Complains and returns
/// nothing where they cannot be read again.
std::optional<std::vector<std::string>> linesOf(Console& console,
                                                const RecordStore& store,
                                                const std::vector<std::uint32_t>& records,
                                                const DecodeOptions& limits) {
    std::map<std::uint32_t, std::map<std::uint64_t, std::size_t>> wanted;
    for (std::size_t index = 0; index < records.size(); ++index) {
        const RecordOrigin& origin = store.origin(records[index]);
        wanted[origin.source][origin.line] = index;
    }
    std::vector<std::string> lines(records.size());
    for (const auto& [source, numbers] : wanted) {
        std::ifstream file(store.sources()[source], std::ios::binary);
        LineReader reader(file, limits.maximumRecordBytes);
        InputLine line;
        std::size_t found = 0;
        while (found < numbers.size() && reader.next(line)) {
            const auto number = numbers.find(line.number);
            if (number != numbers.end()) {
                lines[number->second] = std::string(line.text);
                ++found;
            }
        }
        if (found != numbers.size()) {
            console.complain("`" + store.sources()[source] +
                             "` cannot be read a second time; name files that stay as they are");
            return std::nullopt;
        }
    }
    return lines;
}

/// Leaves out what makes no difference, in halves, quarters and so on: records are about people,
/// and a packet should show no more of them than the decision rests on.
template <typename IsEnough>
void leaveOut(std::vector<std::uint32_t>& records, std::uint32_t kept, IsEnough isEnough) {
    constexpr int kMostTries = 200;
    int tries = 0;
    for (std::size_t size = records.size() / 2; size > 0; size /= 2) {
        for (std::size_t begin = 0; begin < records.size() && tries < kMostTries;) {
            std::vector<std::uint32_t> fewer;
            for (std::size_t index = 0; index < records.size(); ++index) {
                const bool out = begin <= index && index < begin + size && records[index] != kept;
                if (!out) {
                    fewer.push_back(records[index]);
                }
            }
            if (fewer.size() == records.size() || (++tries, !isEnough(fewer))) {
                begin += size;
            } else {
                records = std::move(fewer);
            }
        }
    }
}

/// Decides the record as `run` does, and finds the fewest records that come to the same decision
/// for the same reasons.
std::optional<std::vector<std::uint32_t>> recordsBehind(Console& console,
                                                        const CompiledSet& set,
                                                        const RecordStore& store,
                                                        const PacketOptions& options,
                                                        const DecideOptions& decide,
                                                        std::string& decision) {
    const Neighbours neighbours(set.program, store);
    const std::optional<std::uint32_t> record = neighbours.find(options.key);
    if (!record) {
        const Batch& batch = store.batch();
        std::vector<std::string> keys;
        for (const std::int64_t text :
             batch.spaces[0].columns[set.program->schema.keyField].values) {
            keys.emplace_back(batch.dictionary->text(static_cast<std::uint32_t>(text)));
        }
        const auto nearest = nearestName(options.key, std::span<const std::string>(keys));
        console.complain("there is no record `" + options.key + "`" +
                         (nearest ? "; did you mean `" + std::string(*nearest) + "`?" : ""));
        return std::nullopt;
    }
    const std::optional<DecidedAround> whole =
        decideAround(set.program, store, neighbours, *record, nullptr, decide, SIZE_MAX);
    decision = toJson(whole->result, RunStamp{});
    const auto reasonsOf = [](const DecidedAround& around) {
        return explanationJson(explain(around.evaluator->interpreter(),
                                       *around.batch,
                                       around.row,
                                       around.result,
                                       ExplainOptions{}));
    };
    const std::string reasons = reasonsOf(*whole);
    const auto isEnough = [&](const std::vector<std::uint32_t>& records) {
        DecidedAround few;
        few.batch = std::make_unique<Batch>(store.select(records));
        few.evaluator = std::make_unique<Evaluator>(set.program);
        std::vector<RecordResult> results = few.evaluator->decide(*few.batch, decide);
        few.row = static_cast<std::uint32_t>(std::find(records.begin(), records.end(), *record) -
                                             records.begin());
        few.result = std::move(results[few.row]);
        return toJson(few.result, RunStamp{}) == decision && reasonsOf(few) == reasons;
    };
    std::vector<std::uint32_t> enough = whole->records;
    for (unsigned steps = 0; steps < whole->steps; ++steps) {
        std::vector<std::uint32_t> records = neighbours.around(*record, steps);
        if (isEnough(records)) {
            enough = std::move(records);
            break;
        }
    }
    leaveOut(enough, *record, isEnough);
    return enough;
}

ExitCode writePacket(Console& console, const PacketOptions& options) {
    DecideOptions decide;
    if (!parseAsOf(console, options.asOf, decide.asOf)) {
        return ExitCode::BadInput;
    }
    if (std::find(options.records.begin(), options.records.end(), "-") != options.records.end()) {
        console.complain("records are read twice, and stdin can be read only once: name a file");
        return ExitCode::BadInput;
    }
    const std::optional<UsedPacks> packs =
        usePacks(console, options.packs, options.trust, Wanted::Texts);
    if (!packs) {
        return ExitCode::BadInput;
    }
    const CompiledSet* const set = packs->texts.get();
    const std::optional<ReadRecords> read =
        readRecords(console, *set->program, options.records, decide.asOf);
    if (!read) {
        return ExitCode::BadInput;
    }
    for (const Rejection& rejection : read->decoded.rejections) {
        if (rejection.recordKey == options.key && rejection.leavesHole) {
            console.message(formatRejection(rejection) + '\n');
            return ExitCode::BadInput;
        }
    }
    const RecordStore& store = read->decoded.store;
    std::string decision;
    const auto records = recordsBehind(console, *set, store, options, decide, decision);
    if (!records) {
        return ExitCode::BadInput;
    }
    const auto lines = linesOf(console, store, *records, DecodeOptions{});
    if (!lines) {
        return ExitCode::BadInput;
    }
    const Result<std::vector<std::string>> excerpts =
        excerptsOf(set->program->schema, *lines, {options.withPrivate});
    if (!excerpts) {
        console.complain(excerpts.error().message + "; --with-private writes it all the same");
        return ExitCode::BadInput;
    }
    PacketRequest request;
    request.key = options.key;
    request.records = *excerpts;
    request.asOf = decide.asOf;
    request.withPrivate = options.withPrivate;
    request.unsignedPacks = packs->isUnsigned;
    const Result<Packet> packet = makePacket(*set, request);
    // What the packet carries must come to the decision that was made.
    if (!packet || toJson(packet->result, RunStamp{}) != decision) {
        if (store.batch().holes.rows != 0) {
            console.complain("rejected records may belong with `" + options.key +
                             "`, and a packet cannot carry what cannot be read: mend them first");
        } else if (!options.withPrivate) {
            console.complain(
                "the decision rests on private fields: --with-private writes them into "
                "the packet");
        } else {
            console.complain("the records do not come to the same decision by themselves" +
                             (packet ? std::string() : ": " + packet.error().message));
        }
        return ExitCode::BadInput;
    }
    std::string page = options.output.empty() ? "packet.html" : options.output;
    const std::string stem = page.ends_with(".html") ? page.substr(0, page.size() - 5) : page;
    page = stem + ".html";
    const std::string twin = stem + ".json";
    for (const auto& [path, text] :
         {std::pair(twin, packet->json), std::pair(page, packetPage(*packet))}) {
        if (const std::string problem = writePage(path, text); !problem.empty()) {
            console.complainUnwritable(path, problem);
            return ExitCode::BadInput;
        }
    }
    console.message("wrote " + page + " and " + twin + ": " +
                    counted(packet->result.findings.size(), "finding") + ", " +
                    counted(packet->explanation.rules.size(), "rule") + ", " +
                    counted(request.records.size(), "record") + "\npacket " + packet->digest +
                    '\n');
    return ExitCode::Clean;
}

ExitCode verifyPacket(Console& console, const PacketOptions& options) {
    const std::optional<UsedPacks> packs =
        usePacks(console, options.packs, options.trust, Wanted::Texts);
    if (!packs) {
        return ExitCode::BadInput;
    }
    std::string json;
    if (const std::string problem = readFile(options.verify, kMostPacketBytes, json);
        !problem.empty()) {
        console.complainUnreadable(options.verify, problem);
        return ExitCode::BadInput;
    }
    const Result<PacketCheck> check = checkPacket(*packs->texts, json);
    if (!check) {
        console.complain("`" + options.verify + "`: " + check.error().message);
        return ExitCode::BadInput;
    }
    if (!check->problems.empty()) {
        std::string text = "`" + options.verify + "` is not what these packs come to:\n";
        for (const std::string& problem : check->problems) {
            text += "  " + printable(problem) + '\n';
        }
        console.message(text);
        return ExitCode::Found;
    }
    console.write("verified: " + printable(check->key) + ", decided again from " +
                  counted(check->records, "record") + " by the packs " + check->packsDigest +
                  ", is the same to the byte\n");
    return ExitCode::Clean;
}

ExitCode runPacket(Console& console, const PacketOptions& options) {
    if (!trustHasUse(console, options.trust, options.packs)) {
        return ExitCode::BadInput;
    }
    if (!options.verify.empty()) {
        if (!options.key.empty() || !options.records.empty() || !options.output.empty()) {
            console.complain("--verify takes a packet and --packs, nothing else");
            return ExitCode::BadInput;
        }
        return verifyPacket(console, options);
    }
    if (options.key.empty()) {
        console.complain("name the record: proviso packet KEY --packs P --visits F -o packet.html");
        return ExitCode::BadInput;
    }
    return writePacket(console, options);
}

}  // namespace

void addPacket(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<PacketOptions>();
    CLI::App* command =
        addCommand(app,
                   invocation,
                   "packet",
                   "Write the evidence for one decision, or verify what was written",
                   options,
                   &runPacket);
    command->add_option("visit", options->key, "key of the record")->type_name("");
    addPacksOption(*command, options->packs, /*alsoPositional=*/false);
    addTrustOptions(*command, options->trust);
    command
        ->add_option("--visits,--records",
                     options->records,
                     "files with one record a line (JSON); may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command
        ->add_option("-o,--output",
                     options->output,
                     "the page to write (packet.html); its JSON twin is written beside it")
        ->type_name("FILE");
    command
        ->add_option("--verify",
                     options->verify,
                     "decide a packet's JSON twin again under --packs and compare every byte")
        ->type_name("FILE");
    command->add_flag("--with-private",
                      options->withPrivate,
                      "include private fields; otherwise stand-ins take their place");
    addAsOfOption(*command, options->asOf);
}

}  // namespace proviso::tool

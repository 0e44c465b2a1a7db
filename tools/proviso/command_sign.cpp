#include "tools/proviso/options.h"
#include "tools/proviso/pack_files.h"

#include <memory>
#include <utility>

namespace proviso::tool {

namespace {

struct KeygenOptions {
    std::string prefix;
    std::string name;
    std::vector<std::string> layers;
};

ExitCode runKeygen(Console& console, const KeygenOptions& options) {
    const pack::SigningKey key = pack::SigningKey::generate();
    pack::TrustedKey description;
    description.name = options.name;
    if (!options.layers.empty()) {
        description.layers = options.layers;
    }
    const Result<void> written = pack::writeKeyFiles(options.prefix, key, description);
    if (!written) {
        console.complain("cannot write " + spokenError(written.error()));
        return ExitCode::BadInput;
    }
    console.write("key " + pack::fingerprintOf(key.publicKey()) + ": " + options.prefix +
                  ".pub for those who trust it, " + options.prefix + ".key for you alone\n");
    return ExitCode::Clean;
}

struct SignOptions {
    std::string file;
    std::string key;
};

ExitCode runSign(Console& console, const SignOptions& options) {
    const Result<pack::SigningKey> key = pack::SigningKey::readFile(options.key);
    if (!key) {
        console.complain(spokenError(key.error()));
        return ExitCode::BadInput;
    }
    const Result<std::string> bytes = pack::readPackSetBytes(options.file);
    if (!bytes) {
        console.complain(spokenError(bytes.error()));
        return ExitCode::BadInput;
    }
    const Result<std::string> whole = pack::signPackSet(*bytes, *key);
    if (!whole) {
        console.complain("`" + options.file + "`: " + spokenError(whole.error()));
        return ExitCode::BadInput;
    }
    // Nobody puts a name under what cannot be used.
    pack::Trust trust;
    trust.keys.push_back({{}, key->publicKey(), std::nullopt});
    const auto set = pack::loadPackSet(*whole, trust);
    if (!set) {
        console.complain("`" + options.file + "`: " + spokenError(set.error()));
        return ExitCode::BadInput;
    }
    if (!replaceFile(console, options.file, *whole)) {
        return ExitCode::BadInput;
    }
    console.message("signed " + (*set)->manifest.name + " revision " +
                    std::to_string((*set)->manifest.revision) + " with key " +
                    pack::fingerprintOf(key->publicKey()) + '\n');
    return ExitCode::Clean;
}

struct VerifyOptions {
    std::string file;
    TrustOptions trust;
};

ExitCode runVerify(Console& console, const VerifyOptions& options) {
    const auto set = loadForUse(console, {options.file, false, {}}, options.trust);
    if (!set) {
        return ExitCode::BadInput;
    }
    console.write(describePackSet(*set));
    return ExitCode::Clean;
}

}  // namespace

void addKeygen(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<KeygenOptions>();
    CLI::App* command = addCommand(
        app, invocation, "keygen", "Make a key to sign pack-set files with", options, &runKeygen);
    command->add_option("prefix", options->prefix, "writes PREFIX.key and PREFIX.pub")
        ->type_name("PREFIX")
        ->required();
    command->add_option("--name", options->name, "whose key it is")->type_name("NAME");
    command
        ->add_option("--layers",
                     options->layers,
                     "what PREFIX.pub lets the key sign, such as house,carrier; otherwise all")
        ->type_name("LAYERS")
        ->delimiter(',');
}

void addSign(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<SignOptions>();
    CLI::App* command =
        addCommand(app, invocation, "sign", "Sign a pack-set file", options, &runSign);
    command->add_option("file", options->file, "what `proviso build -o` wrote")
        ->type_name("FILE")
        ->required();
    command->add_option("--key", options->key, "what `proviso keygen` wrote, *.key")
        ->type_name("FILE")
        ->required();
}

void addVerify(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<VerifyOptions>();
    CLI::App* command = addCommand(app,
                                   invocation,
                                   "verify",
                                   "Check a pack-set file and who signed it; say what is in it",
                                   options,
                                   &runVerify);
    command->add_option("file", options->file, "what `proviso build -o` wrote")
        ->type_name("FILE")
        ->required();
    addTrustOptions(*command, options->trust);
}

}  // namespace proviso::tool

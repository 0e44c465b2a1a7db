// Decides parcels one by one: build/embed_cpp examples/first_pack parcels.ndjson
#include <fstream>
#include <iostream>
#include <proviso/compile.hpp>
#include <proviso/proviso.hpp>

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "usage: embed_cpp PACKS RECORDS\n";
        return 2;
    }
    const auto packs = proviso::compilePackSet(arguments[1]);
    if (!packs) {
        std::cerr << packs.error().message;
        return 2;
    }
    proviso::Engine engine({.allowUnsigned = true});  // compiled here, signed by no one
    if (const auto published = engine.publish(*packs); !published) {
        std::cerr << published.error().message << '\n';
        return 2;
    }
    auto session = proviso::Session::open(engine);
    std::ifstream records(arguments[2]);
    for (std::string line; std::getline(records, line);) {
        const auto decision = session->decideOne(line);
        if (!decision) {
            std::cerr << decision.error().message << '\n';
            continue;
        }
        for (std::size_t index = 0; index < decision->findingCount(); ++index) {
            const proviso::Finding finding = decision->finding(index);
            std::cout << decision->key() << ' ' << finding.code << ": " << finding.because << '\n';
        }
    }
}

// The threshold of a pack falls while eight threads decide: hot_swap
// examples/first_pack/parcels.prv
#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <proviso/compile.hpp>
#include <proviso/proviso.hpp>
#include <string>
#include <thread>
#include <vector>

int main(int count, char** arguments) {
    std::ifstream file(count > 1 ? arguments[1] : "examples/first_pack/parcels.prv");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto compile = [&] {
        const proviso::PackText pack{"parcels.prv", text};
        return proviso::compilePackTexts({&pack, 1}, {.runTests = false});
    };
    const auto before = compile();
    const std::size_t amount = text.find(": $100");
    if (!before || amount == std::string::npos) {
        std::cerr << "this pack has no threshold to change\n";
        return 2;
    }
    text.replace(amount, 6, ": $150");
    const auto after = compile();

    proviso::Engine engine({.allowUnsigned = true});
    if (!after || !engine.publish(*before)) {
        return 2;
    }
    std::atomic<bool> over = false;
    std::atomic<unsigned> decided = 0, mixed = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number < 8; ++number) {
        threads.emplace_back([&] {
            auto session = proviso::Session::open(engine);  // one a thread
            while (!over) {
                const auto decision = session->decideOne(
                    R"({"parcel_id": "A", "shipped_on": "2025-02-03", "region": "abroad", "value": 120})");
                const bool isOld = decision && decision->packSetDigest() == (*before)->digest();
                mixed += !decision || (decision->findingCount() == 1) != isOld;
                ++decided;
            }
        });
    }
    for (int swap = 0; swap < 100; ++swap) {
        (void)engine.publish(swap % 2 == 0 ? *after : *before);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    over = true;
    for (std::thread& thread : threads) {
        thread.join();
    }
    std::cout << engine.published().revision
              << " revisions; decisions that were not whole: " << mixed << '\n';
    return mixed == 0 && decided != 0 ? 0 : 1;
}

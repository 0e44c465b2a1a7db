// Writes the benchmark's records to stdout: proviso_bench_records [visits=200000] [seed=1]

#include "tests/bench/workload/generator.h"

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
    const std::uint64_t visits = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
    const auto seed = argc > 2 ? static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10)) : 1;
    proviso::bench::VisitGenerator generator(visits, seed);
    std::string text;
    while (true) {
        const bool more = generator.next(text);
        if (!more || text.size() > std::size_t{1} << 20U) {
            if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
                return 3;
            }
            text.clear();
        }
        if (!more) {
            return 0;
        }
    }
}

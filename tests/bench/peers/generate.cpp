// Writes the benchmark's records to stdout: proviso_bench_records [visits=200000] [seed=1] [part-b]
// With `part-b` those of the slice of the standard library.

#include "tests/bench/part_b/records.h"
#include "tests/bench/workload/generator.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

int main(int argc, char** argv) {
    const std::uint64_t visits = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
    const auto seed = argc > 2 ? static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10)) : 1;
    std::string text;
    if (argc > 3 && std::string_view(argv[3]) == "part-b") {
        text = proviso::bench::part_b::makeVisits(static_cast<std::uint32_t>(visits), seed);
        return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 3;
    }
    proviso::bench::VisitGenerator generator(visits, seed);
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

#include "tests/bench/workload/digest.h"

#include <fmt/format.h>

namespace proviso::bench {

std::string digestText(const Digest& digest) {
    std::string text;
    for (std::size_t finding = 0; finding < kFindings.size(); ++finding) {
        text += fmt::format("{}={},", kFindings[finding], digest.counts[finding]);
    }
    return text + fmt::format("PAY={},CHK={}", digest.cents, digest.check);
}

std::string kxText(const Digest& digest) {
    return fmt::format("KX={},CHK={}", digest.kx, digest.kxCheck);
}

std::string reportLine(
    std::string_view peer, std::size_t visits, double parse, double eval, const Digest& digest) {
    return fmt::format(
        R"({{"peer":"{}","n":{},"parse_s":{:.4f},"eval_s":{:.5f},"digest":"{}","kx":"{}"}})",
        peer,
        visits,
        parse,
        eval,
        digestText(digest),
        kxText(digest));
}

}  // namespace proviso::bench

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace proviso::bench {

/// The findings that every implementation counts, and their weights: CHK is the sum over visits of
/// the visit's number times the sum of weight and count, so that it tells which visit had what.
inline constexpr std::array<std::string_view, 10> kFindings = {"UNITS",
                                                               "CQ_MISSING",
                                                               "CQ_EXTRA",
                                                               "MOD_INVALID",
                                                               "CQ_ON_EVAL",
                                                               "SUPERVISION",
                                                               "PTA_EVAL",
                                                               "POC_OVERDUE",
                                                               "PT_TOUCH",
                                                               "MEDICAID_EXCL"};
inline constexpr std::array<std::int64_t, 10> kWeights = {1, 2, 3, 5, 7, 11, 13, 17, 19, 23};

struct Digest {
    std::array<std::int64_t, 10> counts{};
    std::int64_t cents = 0;
    std::int64_t check = 0;
    std::int64_t kx = 0;
    std::int64_t kxCheck = 0;

    bool operator==(const Digest&) const = default;
};

/// `UNITS=...,CHK=...`
std::string digestText(const Digest& digest);
/// `KX=...,CHK=...`
std::string kxText(const Digest& digest);
/// One line of JSON: peer, n, parse_s, eval_s, digest, kx.
std::string reportLine(
    std::string_view peer, std::size_t visits, double parse, double eval, const Digest& digest);

}  // namespace proviso::bench

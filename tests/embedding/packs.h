#pragma once

#include "tests/catch.h"

#include <memory>
#include <proviso/compile.hpp>
#include <proviso/proviso.hpp>
#include <string>

/// Packs and sets for tests of the public interface, which include nothing else of ours.
namespace proviso::test {

/// Parcels over a limit of `limit` dollars in one lane, and how far the total of their lane goes. Two
/// parameters and two rules change together, so that an answer from two revisions shows.
inline std::string revisionText(int limit) {
    const std::string number = std::to_string(limit);
    return R"(
pack lanes
  layer   house
  version ")" +
           number + R"("
  title   "Lanes"
end

layers
  house : law
end

record parcel dated by shipped_on
  parcel_id  : text            key shown
  lane       : text
  shipped_on : date
  value      : money
  note       : text            optional private
  weight     : integer         optional
end

grouping lane_day
  of parcel by lane, shipped_on
  complete
end

parameter limit : money "Limit"
  source "Tariff )" +
           number + R"("
  from 2024-01-01 : $)" +
           number + R"(
end

parameter ceiling : money "Ceiling"
  source "Tariff )" +
           number + R"("
  from 2024-01-01 : $)" +
           std::to_string(limit + 1000) + R"(
end

finding OVER_LIMIT violation "Over the limit"
  remedy "Split the parcel"

finding UNDER_CEILING notice "Under the ceiling"

finding HEAVY warning "Heavy"

rule over_limit "Over the limit"
  source "Tariff )" +
           number + R"("
  from 2024-01-01
  for each parcel
  when parcel.value exceeds limit
  then report OVER_LIMIT on parcel at stake parcel.value
    because "{parcel.value} is over {limit}, ceiling {ceiling}"
end

rule under_ceiling "Under the ceiling"
  source "Tariff )" +
           number + R"("
  from 2024-01-01
  for each parcel
  when parcel.value is at most ceiling
  then report UNDER_CEILING on parcel
    because "{parcel.value} is under {ceiling}, limit {limit}"
end

rule heavy "Heavy"
  source "Tariff"
  from 2024-01-01
  for each parcel
  when parcel.weight exceeds 30
  then report HEAVY on parcel
    because "{parcel.weight} exceeds 30"
end
)";
}

inline std::string recordText(const std::string& key, int dollars) {
    return R"({"parcel_id": ")" + key + R"(", "lane": "N", "shipped_on": "2025-03-01", "value": ")" +
           std::to_string(dollars) + R"(.00", "weight": 12})";
}

inline std::shared_ptr<const PackSet> compiled(const std::string& text) {
    const PackText pack{"lanes.prv", text};
    auto made = compilePackTexts({&pack, 1});
    if (!made) {
        FAIL(made.error().message);
    }
    return *made;
}

inline Engine engineWith(const std::shared_ptr<const PackSet>& packs) {
    Engine engine({.allowUnsigned = true});
    REQUIRE(engine.publish(packs));
    return engine;
}

}  // namespace proviso::test

// Records: whatever the bytes are, each line is decoded or rejected, and what is decoded is
// decided.

#include "compiler/driver/compile.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace {

constexpr const char* kPack = R"(pack fuzz
  layer base
  version "1"
end
layers base : law end
enum kind small, large end
codes good open end
record item
  code   : good
  weight : count optional
  price  : money optional
end
record order dated by placed_on corrected by revision voided by void
  order_id  : text key shown
  buyer     : text private
  placed_on : date
  revision  : count absent means 0
  void      : yes_no absent means no
  kind      : kind
  items     : list of item at most 20
end
grouping buyer_day : order by buyer, placed_on complete
collect parcel of buyer_day
  source "fuzz"
  over buyer_day.items as i one per i.code
  row code : i.code
      weight : total of m.weight over parcel.members as m
  ordered by code
end
finding HEAVY warning "heavy"
rule heavy "heavy"
  source "fuzz"
  always
  for each p in buyer_day.parcels
  when p.weight exceeds 100
  then report HEAVY on p because "{p.weight} of {p.code}"
end
output parcels of buyer_day
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto set =
        proviso::compileTexts({{"fuzz.prv", kPack}}, proviso::CompileGoal::Lowered);
    if (set->program == nullptr) {
        __builtin_trap();
    }
    proviso::Dictionary dictionary;
    for (const std::string& text : set->program->texts) {
        dictionary.intern(text);
    }
    const auto decoded =
        proviso::decodeText(set->program->schema,
                            dictionary,
                            std::string_view(reinterpret_cast<const char*>(data), size));
    proviso::decideRecords(set->program,
                           decoded.store,
                           proviso::RunOptions{},
                           [](std::vector<proviso::RecordResult>&&) { return true; });
    return 0;
}

#!/usr/bin/env bash
# A rejected record is missing from its group: the others of the group say so, records of other groups do not.
set -euo pipefail
proviso=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/shop.prv" <<'END'
pack shop
  layer base
  version "1"
end
layers base : law end
record order dated by placed_on
  order_id  : text key shown
  buyer     : text private
  placed_on : date
  weight    : count
end
grouping buyer_day : order by buyer, placed_on complete
define weight_of_day of buyer_day : count
  as total of o.weight over buyer_day.orders as o
end
output weight_of_day of buyer_day
END
cat >"$scratch/orders.ndjson" <<'END'
{"order_id": "A", "buyer": "x", "placed_on": "2025-01-01", "weight": 2}
{"order_id": "B", "buyer": "x", "placed_on": "2025-01-01", "weight": "two"}
{"order_id": "C", "buyer": "y", "placed_on": "2025-01-01", "weight": 3}
END
status=0
"$proviso" run --packs "$scratch/shop.prv" --visits "$scratch/orders.ndjson" --format ndjson >"$scratch/out" 2>"$scratch/err" || status=$?
cat "$scratch/out" "$scratch/err"
[[ $status == 2 ]]
grep -q '"order_id": "A".*"beside_rejected": true' "$scratch/out"
grep '"order_id": "C"' "$scratch/out" | grep -qv beside_rejected
grep -q 'orders.ndjson:2' "$scratch/err"
# What is wrong is said without the value.
! grep -q 'two' "$scratch/err"

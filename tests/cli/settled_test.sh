#!/usr/bin/env bash
# What is decided in spite of what is open, and the reasons why tables leave things open.
source "$(dirname "$0")/lib.sh"
packs=$(dirname "$0")/settled/parcels.prv
parcels=$(dirname "$0")/settled/parcels.ndjson

expect 0 "the pack's own tests" test "$packs"

# The records' form is fixed: places, and no reasons.
expect 0 "as JSON" run --packs "$packs" --visits "$parcels" --format ndjson
# A: a looser demand is open. B: a stricter one is. C: nothing is certain. D: only a looser one than what may be.
out_has '"parcel_id": "A", "care": "high"'
out_has '"parcel_id": "B", "care": {"unknown": ["table:parcels.zone"]}'
out_has '"parcel_id": "C", "care": {"unknown": ["table:parcels.zone"]}'
out_has '"parcel_id": "D", "care": {"unknown": ["fragile"]}'
out_has '"missing": ["table:parcels.zone"]'
out_lacks 'not read yet'

expect 0 "in lines" run --packs "$packs" --visits "$parcels" --format compact
out_has 'A parcel undetermined parcels.far: missing table:parcels.zone ("not read yet")'
out_has 'B parcel undetermined parcels.far: missing table:parcels.zone ("being rewritten")'

expect 0 "explained" explain B far --packs "$packs" --visits "$parcels"
out_has 'care is unknown (table:parcels.zone ("being rewritten"))'
out_has 'missing: table:parcels.zone ("being rewritten")'
expect 0 "explained in lines" explain B far --packs "$packs" --visits "$parcels" --format compact
out_has 'cannot be determined, missing table:parcels.zone ("being rewritten")'
expect 0 "explained to a machine" explain B far --packs "$packs" --visits "$parcels" --format json
out_has '"missing":["table:parcels.zone"],"why":{"table:parcels.zone":["being rewritten"]}'

finish

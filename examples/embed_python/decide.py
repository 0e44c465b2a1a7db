"""Decides parcels and says why: decide.py examples/first_pack"""
import sys

import proviso

packs = proviso.compile(sys.argv[1])
session = proviso.Engine(packs, allow_unsigned=True).session()  # compiled here, signed by no one
parcels = [
    {"parcel_id": "A-1", "shipped_on": "2025-02-03", "region": "abroad", "value": "120.00"},
    {"parcel_id": "A-2", "shipped_on": "2024-12-31", "region": "abroad", "value": "120.00"},
    {"parcel_id": "A-3", "shipped_on": "2025-02-03", "region": "abroad"},
]
for decision in session.decide_all(parcels):
    codes = [finding.code for finding in decision.findings]
    missing = [place for rule in decision.undetermined for place in rule.missing]
    print(decision.key, codes, "missing:", missing)
print(session.explain("A-1", "customs_label"))

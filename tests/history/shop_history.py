#!/usr/bin/env python3
"""Writes invented orders for shop.prv, one a line in the order of days: `shop_history.py ORDERS SEED [REJECTED]`.

Corrections, voids, ties and unknown fields are in it, and of a hundred lines so many that cannot be read.
"""

import json
import random
import sys
from datetime import date, timedelta

orders, seed = int(sys.argv[1]), int(sys.argv[2])
rejected = int(sys.argv[3]) if len(sys.argv) > 3 else 0
random.seed(seed)
lines = []
for number in range(orders):
    day = date(2024, 12, 1) + timedelta(days=random.randrange(60))
    order = {"order_id": f"O-{number:04d}", "customer_id": f"C{random.randrange(orders // 8 + 1)}", "placed_on": day.isoformat(),
             "sequence": random.randrange(3), "recorded_on": day.isoformat(), "desk": f"D{random.randrange(3)}",
             "weight": random.randrange(20), "returned": random.randrange(6) == 0,
             "items": [{"sku": f"S{random.randrange(9)}", "price": f"{random.randrange(90)}.50"}
                       for _ in range(1 + random.randrange(3))], "shifts": []}
    for _ in range(random.randrange(3)):
        begins = random.randrange(600, 660)
        order["shifts"].append({"clerk": f"K{random.randrange(3)}", "begins": begins, "ends": begins + random.randrange(40)})
    for field in ("desk", "weight"):
        if random.randrange(15) == 0:
            order.pop(field)
    if random.randrange(12) == 0:
        order["items"][0].pop("price")
    if order["shifts"] and random.randrange(8) == 0:
        order["shifts"][0].pop("ends")
    at = day
    if random.randrange(100) < rejected:
        bad = dict(order, weight="heavy")
        if random.randrange(3) == 0:
            bad.pop("customer_id")
        lines.append((at, json.dumps(bad)))
        if random.randrange(2) == 0:
            continue
        at += timedelta(days=3)
    lines.append((at, json.dumps(order)))
    if random.randrange(10) == 0:
        later = day + timedelta(days=random.randrange(1, 20))
        changed = dict(order, recorded_on=later.isoformat(), revision=1)
        if random.randrange(3) == 0:
            changed["void"] = True
        else:
            changed["weight"] = 99
            changed["desk"] = "D9"
        lines.append((later, json.dumps(changed)))
    if random.randrange(80) == 0:
        lines.append((at + timedelta(days=1), json.dumps(dict(order, weight=77))))  # in conflict with the first
lines.sort(key=lambda pair: pair[0])
sys.stdout.write("\n".join(line for _, line in lines) + "\n")

#!/usr/bin/env bash
# Stores that cannot be used say so and are left alone; stores of former versions are brought up to date.
source "$(dirname "$0")/lib.sh"
packs=$here/shop.prv
python3 "$here/shop_history.py" 60 9 0 >"$work/in.ndjson"
store=$work/store.db
decide --store "$store" "$work/in.ndjson"
decide --store "$store" --all
cp "$work/out" "$work/want"
cp "$store" "$work/good.db"

# refused <what> <message>
refused() {
    local code
    "$command" run --packs "$packs" --store "$store" --all >"$work/out" 2>"$work/err"
    code=$?
    ((code == 2)) || fail "$1: exit code $code"
    grep -qF -- "$2" "$work/err" || fail "$1: no message \`$2\`"
}

echo "no database at all, but long enough to be looked at" >"$store"
for _ in $(seq 50); do echo "more of the same" >>"$store"; done
refused "a text file" "not a store"

rm -f "$store"*
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript("CREATE TABLE a(b);")' "$store"
refused "another database" "not a store"

cp "$work/good.db" "$store"
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("PRAGMA user_version = 99"); c.commit()' "$store"
refused "a later version" "later version"

cp "$work/good.db" "$store"
sed 's/weight      : count optional/weight      : count optional\n  colour      : text optional shown/' "$here/shop.prv" >"$work/other.prv"
packs=$work/other.prv
refused "records of another form" "another form"
packs=$here/shop.prv

# In use: another program holds the lock.
cp "$work/good.db" "$store"
python3 - "$store" >"$work/locked" <<'END' &
import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA locking_mode = EXCLUSIVE")
c.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(20)
END
holder=$!
for _ in $(seq 100); do [[ -s $work/locked ]] && break || sleep 0.05; done
refused "in use" "in use"
kill "$holder" 2>/dev/null
wait "$holder" 2>/dev/null

# Every truncation and many damages: refused with a reason, or whole.
size=$(stat -c %s "$work/good.db")
for step in $(seq 1 "$([[ -n ${LONG:-} ]] && echo 200 || echo 12)"); do
    rm -f "$store"*
    if ((step % 2)); then
        head -c $((size * step / 210 + step * 97)) "$work/good.db" >"$store"
    else
        cp "$work/good.db" "$store"
        printf 'XXXXXXXXXXXXXXXXXXXXXXXX' |
            dd of="$store" bs=1 seek=$((size * (step * 53 % 100) / 100)) conv=notrunc status=none
    fi
    "$command" run --packs "$packs" --quiet --format ndjson --store "$store" --all >"$work/out" 2>"$work/err"
    code=$?
    if ((code == 2)); then
        grep -qE 'store|record' "$work/err" || fail "damage $step: nothing said"
    elif ((code > 2)); then
        fail "damage $step: exit code $code"
    fi
done

# A store of version 1 knew records, not decisions.
rm -f "$store"*
python3 - "$work/good.db" "$store" "$here/store_v1.sql" <<'END'
import sqlite3, sys
old = sqlite3.connect(sys.argv[2])
old.executescript(open(sys.argv[3]).read())
old.execute("ATTACH ? AS good", (sys.argv[1],))
for table in ("settings", "feeds", "keys", "versions", "holes"):
    old.execute(f"INSERT INTO {table} SELECT * FROM good.{table}")
old.commit()
END
decide --store "$store" --all
same out want "a store of version 1"

# Nothing can be written: root writes everywhere, so there is nothing to see.
if [[ $(id -u) != 0 ]]; then
    rm -f "$store"*
    cp "$work/good.db" "$store"
    chmod 400 "$store"
    refused "read only" "written"
fi
finish

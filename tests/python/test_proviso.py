"""The Python interface."""
import ast
import concurrent.futures
import datetime
import decimal
import gc
import inspect
import json
import pathlib
import tempfile
import threading
import time
import unittest

import proviso

LANES = pathlib.Path("tests/embedding/lanes.prv").read_text()


def lanes(dollars: int = 100) -> proviso.PackSet:
    text = LANES.split("\ntest ")[0].replace("$1100", f"${dollars + 1000}").replace("$100\n", f"${dollars}\n")
    return proviso.compile_texts({"lanes.prv": text})


def parcel(key: str, dollars: int, **more):
    return {"parcel_id": key, "lane": "N", "shipped_on": datetime.date(2025, 3, 1),
            "value": decimal.Decimal(dollars), "weight": 12, **more}


def session(packs=None, **options):
    return proviso.Engine(packs or lanes(), allow_unsigned=True).session(**options)


class Packs(unittest.TestCase):
    def test_describes_itself(self):
        packs = proviso.compile("tests/embedding/lanes.prv")
        self.assertRegex(packs.digest, "^sha256:[0-9a-f]{64}$")
        self.assertEqual(packs.rules, ["lanes.dear", "lanes.heavy", "lanes.open_lane"])
        self.assertEqual((packs.record_name, packs.key_field, packs.signed), ("parcel", "parcel_id", False))

    def test_mistakes_are_told_one_by_one(self):
        with self.assertRaises(proviso.CompileError) as caught:
            proviso.compile_texts({"lanes.prv": LANES.replace("exceeds lower", "exceeds lowr")})
        message, = caught.exception.messages
        self.assertEqual((message.code, message.path, message.severity), ("E0201", "lanes.prv", "error"))
        self.assertIn("did you mean `lower`?", str(caught.exception))
        self.assertEqual(caught.exception.code, "malformed")

    def test_packs_that_fail_their_tests_are_refused(self):
        wrong = LANES.replace("expect no DEAR on cheap", "expect finding DEAR on cheap")
        with self.assertRaisesRegex(proviso.CompileError, "dear from a hundred dollars on"):
            proviso.compile_texts({"lanes.prv": wrong})
        proviso.compile_texts({"lanes.prv": wrong}, run_tests=False)

    def test_nothing_and_no_such_path(self):
        for call in (proviso.compile, lambda: proviso.compile_texts({}), lambda: proviso.compile("no/such")):
            with self.assertRaises(proviso.Error):
                call()


class Deciding(unittest.TestCase):
    def test_one_record(self):
        decision = session().decide(parcel("A", 150))
        self.assertEqual(decision.key, "A")
        dear, opened = decision.findings
        self.assertEqual((dear.code, dear.severity, dear.rule), ("DEAR", "violation", "lanes.dear"))
        self.assertEqual(dear.at_stake, decimal.Decimal("150.00"))
        self.assertEqual(dear.sources, ("Tariff 1",))
        self.assertIsNone(opened.at_stake)
        self.assertTrue(decision.unsigned)
        self.assertEqual(decision.revision, 1)
        self.assertEqual(json.loads(decision.json)["packs"], decision.pack_set)

    def test_dict_text_and_bytes_are_one(self):
        one = session()
        text = json.dumps(parcel("A", 150), default=str)
        self.assertEqual(one.decide(parcel("A", 150)), one.decide(text))
        self.assertEqual(one.decide(text), one.decide(text.encode()))

    def test_what_is_missing(self):
        record = parcel("A", 5)
        del record["weight"]
        undetermined, = session().decide(record).undetermined
        self.assertEqual((undetermined.rule, undetermined.missing), ("lanes.heavy", ("weight",)))

    def test_records_that_do_not_fit(self):
        with self.assertRaises(proviso.Error) as caught:
            session().decide(parcel("A", 5, shipped_on="SECRET"))
        self.assertEqual((caught.exception.code, caught.exception.context), ("malformed", "shipped_on"))
        self.assertNotIn("SECRET", str(caught.exception))
        for bad in ("", "[]", b"\xff", "{", {}):
            with self.assertRaises(proviso.Error):
                session().decide(bad)
        with self.assertRaises(TypeError):
            session().decide(parcel("A", 5, lane={1, 2}))
        with self.assertRaises(ValueError):
            session().decide(parcel("A", 5, weight=float("nan")))

    def test_numbers_are_exact(self):
        value = decimal.Decimal("100.01")
        finding = session().decide(parcel("A", 0, value=value)).findings[0]
        self.assertEqual(finding.at_stake, value)

    def test_a_batch(self):
        records = [parcel("B", 700), "nonsense", parcel("A", 500), parcel("A", 500), parcel("C", 1, wieght=3)]
        batch = session().decide_all(records)
        self.assertEqual([decision.key for decision in batch], ["A", "B", "C"])
        self.assertEqual(len(batch), 3)
        self.assertEqual(batch.counts["identical"], 1)
        rejection, = batch.rejections
        self.assertEqual(rejection.line, 2)
        self.assertEqual(batch.ignored_fields, {"wieght": 1})
        lines = "\n".join(record if isinstance(record, str) else json.dumps(record, default=str) for record in records)
        self.assertEqual(list(session(threads=4).decide_all(lines)), list(batch))
        self.assertEqual(list(session().decide_all(lines.encode())), list(batch))
        self.assertEqual(len(session().decide_all([])), 0)

    def test_a_stream_takes_the_set_of_the_moment(self):
        engine = proviso.Engine(lanes(100), allow_unsigned=True)
        seen = []
        records = (parcel(f"P-{number}", 120) for number in range(4))
        for decision in engine.session().stream(records):
            seen.append([finding.code for finding in decision.findings])
            if len(seen) == 2:
                engine.publish(lanes(130))
        self.assertEqual(seen, [["DEAR", "OPEN"]] * 2 + [["OPEN"]] * 2)

    def test_a_stream_tells_what_it_leaves_out(self):
        left_out = []
        found = list(session().stream(["{", parcel("A", 1)], lambda record, error: left_out.append(error.code)))
        self.assertEqual((len(found), left_out), (1, ["malformed"]))
        with self.assertRaises(proviso.Error):
            list(session().stream(["{"]))

    def test_explanations(self):
        one = session()
        one.decide_all([parcel("B", 700), parcel("A", 150)])
        self.assertIn("lanes.dear applies on parcel", one.explain("A", "dear"))
        self.assertIn("rules", json.loads(one.explain("A", form="json")))
        with self.assertRaisesRegex(proviso.Error, "no such record"):
            one.explain("Z")
        with self.assertRaisesRegex(proviso.Error, "no rule"):
            one.explain("A", "cheap")
        with self.assertRaises(proviso.Error):
            one.explain("A", form="verse")

    def test_options(self):
        with self.assertRaises(proviso.Error) as caught:
            session(known_as_of="soon")
        self.assertEqual(caught.exception.code, "invalid_argument")
        self.assertIn('"known_as_of": "2025-03-02"', session(known_as_of=datetime.date(2025, 3, 2)).decide(
            parcel("A", 5)).json)
        with self.assertRaisesRegex(proviso.Error, "there is no limit"):
            session(limits={"patience": 3})
        with self.assertRaises(proviso.Error) as caught:
            session(limits={"record_bytes": 10}).decide(parcel("A", 5))
        self.assertEqual(caught.exception.code, "limit_exceeded")


class Swapping(unittest.TestCase):
    def test_strict_by_default(self):
        with self.assertRaisesRegex(proviso.Error, "not signed"):
            proviso.Engine(lanes())
        engine = proviso.Engine()
        self.assertEqual(engine.status["revision"], 0)
        with self.assertRaises(proviso.Error) as caught:
            engine.session().decide(parcel("A", 5))
        self.assertEqual(caught.exception.code, "not_found")

    def test_threads_decide_through_swaps(self):
        sets = [lanes(100), lanes(200)]
        expected = {packs.digest: session(packs).decide(parcel("A", 150)).json for packs in sets}
        engine = proviso.Engine(sets[0], allow_unsigned=True)
        over = threading.Event()

        def decide():
            own, count = engine.session(), 0
            while not over.is_set() or count == 0:
                decision = own.decide(parcel("A", 150))
                if decision.json != expected[decision.pack_set]:
                    return -1
                count += 1
            return count

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            running = [pool.submit(decide) for _ in range(4)]
            for swap in range(200):
                engine.publish(sets[swap % 2])
                time.sleep(0.001)
            over.set()
            self.assertTrue(all(each.result() > 0 for each in running))

    def test_one_session_shared_by_threads(self):
        shared = session()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            keys = list(pool.map(lambda number: shared.decide(parcel(f"P-{number}", 5)).key, range(200)))
        self.assertEqual(keys, [f"P-{number}" for number in range(200)])

    def test_the_lock_of_the_interpreter_is_free_while_records_are_decided(self):
        lines = "\n".join(json.dumps(parcel(f"P-{number}", 5, lane=str(number)), default=str)
                          for number in range(30_000))
        own = session()
        ticks = 0
        done = threading.Event()

        def work():
            own.decide_all(lines)
            done.set()

        worker = threading.Thread(target=work)
        worker.start()
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)
        worker.join()
        self.assertGreater(ticks, 5)

    def test_retired_sets_are_freed(self):
        engine = proviso.Engine(lanes(100), allow_unsigned=True)
        own = engine.session()
        own.decide(parcel("A", 5))
        engine.publish(lanes(200))
        gc.collect()
        self.assertEqual(engine.status["retired_held"], 1)
        own.release()
        self.assertEqual(engine.status["retired_held"], 0)


class Watching(unittest.TestCase):
    def test_packs_in_text(self):
        def save(text):
            aside = path.with_suffix(".new")
            aside.write_text(text)
            aside.rename(path)

        def wait(done):
            end = time.monotonic() + 30
            while not done():
                self.assertLess(time.monotonic(), end, "nothing happened")
                time.sleep(0.01)

        first = LANES.split("\ntest ")[0]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "lanes.prv"
            save(first)
            with self.assertRaises(proviso.Error):
                proviso.Engine().watch_packs(path)  # strict
            engine = proviso.Engine(allow_unsigned=True)
            with engine.watch_packs(folder) as watcher:
                own = engine.session()
                self.assertEqual(len(own.decide(parcel("A", 150)).findings), 2)
                save(first.replace("$100\n", "$200\n"))
                wait(lambda: watcher.status["published"] == 2)
                self.assertEqual(len(own.decide(parcel("A", 150)).findings), 1)
                save("pack nonsense")
                wait(lambda: watcher.status["refused"] == 1)
                self.assertIn("error[E", watcher.status["last_refusal"])
                self.assertEqual(len(own.decide(parcel("A", 150)).findings), 1)
            save(first)
            time.sleep(0.05)
            self.assertEqual((watcher.status["published"], engine.status["revision"]), (2, 2))

    def test_what_is_no_set(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(proviso.Error):
                proviso.Engine(allow_unsigned=True).watch(folder)
            with self.assertRaises(proviso.Error):
                proviso.Engine(allow_unsigned=True).watch(pathlib.Path(folder) / "none.proviso", allow_unsigned=True)


class Hints(unittest.TestCase):
    def test_the_stub_names_what_is_there(self):
        folder = pathlib.Path(proviso.__file__).parent
        self.assertTrue((folder / "py.typed").exists())
        tree = ast.parse((folder / "_proviso.pyi").read_text())
        for node in tree.body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                real = getattr(proviso._proviso, node.name)
                for member in getattr(node, "body", []):
                    if isinstance(node, ast.ClassDef) and isinstance(member, ast.FunctionDef):
                        self.assertTrue(hasattr(real, member.name), f"{node.name}.{member.name}")
        for name in proviso.__all__:
            self.assertTrue(inspect.getdoc(getattr(proviso, name)) or name.startswith("__"), name)


if __name__ == "__main__":
    unittest.main()

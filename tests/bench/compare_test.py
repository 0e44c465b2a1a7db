"""What `./dev bench --compare` and `--against` say of made-up results, and how they end."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from against import in_pairs, judge  # noqa: E402: the folder has to be known first

MEASURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "measure.py")


def measured(name, value, better="higher", spread=None):
    return {"name": name, "value": value, "unit": "", "goal": None, "far": None, "better": better, "spread": spread, "note": ""}


class Compare(unittest.TestCase):
    def compare(self, old, new, **of_new):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("old.json", "new.json")]
            about = {"commit": "a", "machine": "m", "cores": 2, "visits": 1, "library": 1}
            for path, measures, more in zip(paths, (old, new), ({}, of_new)):
                with open(path, "w", encoding="utf-8") as file:
                    json.dump({**about, **more, "measures": measures}, file)
            return self.run_on(*paths)

    def run_on(self, old, new):
        ran = subprocess.run([sys.executable, "-B", MEASURE, "--compare", old, "--results", new], capture_output=True, text=True)
        return ran.returncode, ran.stdout + ran.stderr

    def test_the_same_is_no_change(self):
        code, text = self.compare([measured("speed", 100)], [measured("speed", 100)])
        self.assertEqual(code, 0, text)
        self.assertIn("same within noise", text)

    def test_worse_beyond_noise_ends_with_one(self):
        for before, now, better in ((100, 80, "higher"), (10, 12, "lower")):
            code, text = self.compare([measured("it", before, better)], [measured("it", now, better)])
            self.assertEqual(code, 1, text)
            self.assertIn("WORSE", text)

    def test_better_is_fine(self):
        for before, now, better in ((100, 130, "higher"), (10, 7, "lower")):
            code, text = self.compare([measured("it", before, better)], [measured("it", now, better)])
            self.assertEqual(code, 0, text)
            self.assertIn("better", text)

    def test_a_spread_on_either_side_is_noise(self):
        for old, new in ((0.4, None), (None, 0.4)):
            code, text = self.compare([measured("it", 100, spread=old)], [measured("it", 75, spread=new)])
            self.assertEqual(code, 0, text)
        code, text = self.compare([measured("it", 100, spread=0.4)], [measured("it", 60, spread=0.4)])
        self.assertEqual(code, 1, text)

    def test_nothing_can_become_something(self):
        code, text = self.compare([measured("allocations", 0, "lower")], [measured("allocations", 3, "lower")])
        self.assertEqual(code, 1, text)
        code, text = self.compare([measured("allocations", 3, "lower")], [measured("allocations", 0, "lower")])
        self.assertEqual(code, 0, text)
        code, text = self.compare([measured("allocations", 0, "lower")], [measured("allocations", 0, "lower")])
        self.assertEqual(code, 0, text)

    def test_one_that_is_worse_is_enough(self):
        code, text = self.compare([measured("a", 1), measured("b", 1)], [measured("a", 2), measured("b", 0.5)])
        self.assertEqual(code, 1, text)

    def test_what_is_new_or_gone_is_said(self):
        code, text = self.compare([measured("gone", 1)], [measured("new", 1)])
        self.assertEqual(code, 0, text)
        self.assertIn("not measured any more", text)
        self.assertRegex(text, r"new +new")

    def test_another_machine_is_said(self):
        self.assertIn("the machine differ", self.compare([measured("a", 1)], [measured("a", 1)], machine="other")[1])

    def test_what_is_no_result_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            good = os.path.join(folder, "good.json")
            with open(good, "w", encoding="utf-8") as file:
                json.dump({"measures": []}, file)
            for number, content in enumerate(("", "{}", "[]", "not JSON", '{"measures": [{"name": "x"}]}', '{"measures": 3}')):
                bad = os.path.join(folder, f"bad{number}.json")
                with open(bad, "w", encoding="utf-8") as file:
                    file.write(content)
                for pair in ((bad, good), (good, bad)):
                    code, text = self.run_on(*pair)
                    self.assertEqual(code, 2, content)
                    self.assertNotIn("Traceback", text)
            self.assertEqual(self.run_on(good, os.path.join(folder, "none.json"))[0], 2)


class Against(unittest.TestCase):
    def mark(self, *pairs):
        return judge(pairs)[3]

    def test_three_of_four_pairs_decide(self):
        self.assertEqual(self.mark((10, 11), (10, 11), (10, 11), (10, 9)), "WORSE")
        self.assertEqual(self.mark((10, 9), (10, 9), (10, 9), (10, 20)), "better")
        self.assertEqual(self.mark((10, 11), (10, 11), (10, 9), (10, 9)), "same within noise")

    def test_a_fiftieth_is_nothing(self):
        self.assertEqual(self.mark(*[(100, 101)] * 4), "same within noise")
        self.assertEqual(self.mark(*[(100, 103)] * 4), "WORSE")
        self.assertEqual(self.mark(*[(103, 100)] * 4), "better")

    def test_a_busy_minute_falls_on_both(self):
        self.assertEqual(self.mark((10, 10), (20, 20), (40, 40), (10, 10)), "same within noise")
        self.assertEqual(self.mark((10, 11), (20, 22), (40, 44), (10, 11)), "WORSE")

    def test_both_come_first_in_turn(self):
        asked = []
        pairs = in_pairs(3, lambda program: asked.append(program) or {"other": 1, "this": 2}[program], "other", "this")
        self.assertEqual(asked, ["other", "this", "this", "other", "other", "this"])
        self.assertEqual(pairs, [(1, 2)] * 3)

    def test_what_is_no_commit_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            ran = subprocess.run([sys.executable, "-B", MEASURE, "--against", "nonsense"], cwd=folder, capture_output=True, text=True)
            self.assertEqual(ran.returncode, 2, ran.stderr)
            self.assertIn("there is no commit `nonsense` here", ran.stderr)
            self.assertNotIn("Traceback", ran.stderr)

    def test_it_has_a_table_of_its_own(self):
        ran = subprocess.run([sys.executable, "-B", MEASURE, "--against", "HEAD", "--write-page"], capture_output=True, text=True)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("leave out", ran.stderr)


if __name__ == "__main__":
    unittest.main()

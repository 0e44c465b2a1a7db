"""What `./dev bench --compare` says of made-up results, and how it ends."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

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


if __name__ == "__main__":
    unittest.main()

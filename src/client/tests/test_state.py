import os
import stat
import tempfile
import unittest

from instantmirror_client import state as state_module, window
from instantmirror_client.packages import Change, Package
from instantmirror_client.state import Busy, State

NOVEMBER = 1795392000
DAY = 86400


class StateTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.join(folder.name, "state")
        self.state = State(self.folder)

    def test_nothing_is_remembered_at_first(self):
        self.assertEqual(self.state.values(), {})
        self.assertEqual(self.state.standing(), window.NOTHING._replace(left=-1))
        self.assertEqual(self.state.changes(), [])
        self.assertEqual(self.state.unsent(), [])

    def test_the_folder_is_roots_alone(self):
        with self.state.locked():
            self.assertEqual(stat.S_IMODE(os.stat(self.folder).st_mode), 0o700)

    def test_one_process_at_a_time(self):
        with self.state.locked():
            with self.assertRaises(Busy):
                with State(self.folder).locked():
                    self.fail("both")
        with self.state.locked():
            pass

    def test_the_id_is_kept_for_a_month_and_renewed_then(self):
        with self.state.locked():
            first = self.state.client(NOVEMBER)
            self.assertRegex(first, r"^[A-Za-z0-9_-]{22}$")
            self.state.save(accepted={"client": first})
            self.assertEqual(self.state.client(NOVEMBER + 5 * DAY), first)
            second = self.state.client(NOVEMBER + 8 * DAY)
            self.assertNotEqual(second, first)
            self.assertNotIn("accepted", self.state.values())
            self.assertNotEqual(State(self.folder + "2").folder, self.folder)

    def test_what_is_unsent_goes_with_the_id(self):
        with self.state.locked():
            self.state.client(NOVEMBER)
            self.state.keep(NOVEMBER, b"x", [])
            self.state.client(NOVEMBER + 5 * DAY)
            self.assertEqual(len(self.state.unsent()), 1)
            self.state.client(NOVEMBER + 8 * DAY)
            self.assertEqual(self.state.unsent(), [])
            self.assertIsNone(self.state.former())

    def test_what_is_damaged_counts_as_not_there(self):
        os.makedirs(self.folder)
        for text in (
            '{"reported": Infinity, "not_before": "x", "accepted": [1], "made": 5, "client": 7, "month": [], "last": 1}',
            "[]",
            "{",
            "\x00",
        ):
            with open(os.path.join(self.folder, "state.json"), "w") as file:
                file.write(text)
            self.assertEqual(self.state.values(), {})
            self.assertEqual(self.state.standing().reported, -1)
            self.assertRegex(self.state.client(NOVEMBER), r"^[A-Za-z0-9_-]{22}$")

    def test_two_machines_have_different_ids(self):
        other = State(self.folder + "-other")
        with self.state.locked(), other.locked():
            self.assertNotEqual(self.state.client(NOVEMBER), other.client(NOVEMBER))

    def test_windows_are_remembered(self):
        with self.state.locked():
            self.state.save_standing(window.Standing(5, 6, 2))
        self.assertEqual(State(self.folder).standing(), window.Standing(5, 6, 2))

    def test_changes_are_kept_in_order_and_bounded(self):
        with self.state.locked():
            self.state.note([Change("install", "a", "0:1-1", "noarch", "r")])
            self.state.note([Change("erase", "a", "0:1-1", "noarch", "r")])
            self.assertEqual([each.action for each in self.state.changes()], ["install", "erase"])
            many = [Change("install", "p%d" % index, "0:1-1", "noarch", "r") for index in range(6000)]
            self.state.note(many)
        self.assertEqual(self.state.changes(), many[-state_module.MOST_CHANGES :])

    def test_damaged_files_are_empty_ones(self):
        with self.state.locked():
            for name in ("state.json", "changes", "installed.json", "repositories.json"):
                with open(os.path.join(self.folder, name), "wb") as file:
                    file.write(b"\xff{[")
        self.assertEqual(self.state.values(), {})
        self.assertEqual(self.state.changes(), [])
        self.assertEqual(self.state.installed(), [])
        self.assertEqual(self.state.repositories(), [])

    def test_a_report_takes_the_changes_with_it(self):
        package = Package("a", "0:1-1", "noarch", "r")
        with self.state.locked():
            self.state.note([Change("install", "a", "0:1-1", "noarch", "r")])
            self.state.keep(7, b"body", [package])
        self.assertEqual(self.state.changes(), [])
        self.assertEqual(self.state.installed(), [package])
        with open(self.state.unsent()[0], "rb") as file:
            self.assertEqual(file.read(), b"body")

    def test_unsent_reports_are_bounded_in_number_and_the_newest_stay(self):
        with self.state.locked():
            for start in range(20):
                self.state.keep(start * DAY, b"%d" % start, [])
        kept = [os.path.basename(path) for path in self.state.unsent()]
        self.assertEqual(len(kept), state_module.MOST_UNSENT)
        self.assertEqual(kept[-1], "%011d.json.gz" % (19 * DAY))

    def test_unsent_reports_are_bounded_in_bytes(self):
        with self.state.locked():
            for start in range(4):
                self.state.keep(start, b"x" * 400000, [])
        self.assertEqual(len(self.state.unsent()), 2)

    def test_nothing_half_written_stays(self):
        with self.state.locked():
            self.state.save(a=1)
        self.assertEqual(sorted(os.listdir(self.folder)), ["lock", "state.json"])

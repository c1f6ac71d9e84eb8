import json
import os
import tempfile
import time
import unittest

from instantmirror_client import packages, report, sending
from instantmirror_client.packages import Change
from instantmirror_client.report import Refused, Reporter
from instantmirror_client.settings import Settings
from instantmirror_client.state import State

from .machine import BASH, SERVER, Clock, Machine, Server

NOVEMBER_23 = 1795392000
DAY = 86400
ACCEPTED = sending.Answer(202, "202 Accepted")


class ReportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = State(os.path.join(folder.name, "state"))
        self.machine = Machine()
        self.clock = Clock(NOVEMBER_23 + 100)
        self.posted = []
        self.answer = ACCEPTED
        self.reporter = self.reporter_of(Settings(server=SERVER))

    def reporter_of(self, settings):
        return Reporter(settings, self.state, self.machine, self.clock, draw=lambda count: 1)

    def post(self, settings, body):
        import gzip

        self.posted.append(json.loads(gzip.decompress(body).decode()))
        return self.answer

    def window(self):
        """A run in each of the next windows, with what it posts."""
        due = self.reporter.run()
        if due:
            self.reporter.flush(self.post)
        self.clock.now += DAY
        return due

    def test_a_report_is_sent_once_in_a_window(self):
        for _ in range(3):
            if self.reporter.run():
                self.reporter.flush(self.post)
            self.clock.now += 3600
        self.assertEqual(len(self.posted), 1)
        self.assertEqual(self.posted[0]["window"], "2026-11-23T00:00:00Z")
        self.assertEqual(self.posted[0]["installed"], [list(BASH)])

    def test_the_window_is_remembered_before_anything_is_made(self):
        def failing(paths):
            raise OSError("rpmdb")

        self.machine.installed = failing
        with self.assertRaises(OSError):
            self.reporter.run()
        del self.machine.installed
        self.assertFalse(self.reporter.run())

    def test_a_list_that_takes_too_long_is_left_to_the_next_run(self):
        def slow(paths):
            raise packages.TooSlow("3 packages")

        self.machine.installed = slow
        for _ in range(2):
            with self.assertRaises(packages.TooSlow):
                self.reporter.run()
        del self.machine.installed
        self.assertTrue(self.reporter.run())

    def test_a_state_that_can_not_be_saved_sends_nothing(self):
        self.state.save_standing = lambda standing: (_ for _ in ()).throw(OSError("disk full"))
        for _ in range(2):
            with self.assertRaises(OSError):
                self.reporter.run()
        self.assertEqual(self.state.unsent(), [])

    def test_preview_prints_exactly_what_is_sent(self):
        self.reporter.note([Change("upgrade", "bash", "0:5.2-1.fc42", "x86_64", "fedora")])
        preview = self.reporter.preview()
        self.reporter.run()
        self.reporter.flush(self.post)
        self.assertEqual(json.loads(preview), self.posted[0])
        self.assertEqual(self.posted[0]["changes"], [["upgrade", "bash", "0:5.2-1.fc42", "x86_64", "fedora"]])

    def test_a_preview_sends_nothing_and_counts_for_nothing(self):
        self.reporter.preview()
        self.assertEqual(self.state.unsent(), [])
        self.assertTrue(self.reporter.run())

    def test_only_changes_of_the_mirrors_repositories_are_noted(self):
        self.reporter.note([Change("install", "secret", "0:1-1", "noarch", "private")])
        self.assertEqual(self.state.changes(), [])

    def test_erased_packages_have_the_repository_of_the_last_report(self):
        self.window()
        self.reporter.note([Change("erase", "bash", BASH.evr, "x86_64", "")])
        self.machine.has = []
        self.window()
        self.assertEqual(self.posted[1]["changes"], [["erase", "bash", BASH.evr, "x86_64", "fedora"]])

    def test_an_unchanged_list_is_sent_in_full_once_in_seven_windows(self):
        for _ in range(9):
            self.window()
        self.assertEqual(
            [number for number, report in enumerate(self.posted) if "installed" in report],
            # The first, the eighth (window 7), and on 1 December the old id's last and the new one's first.
            [0, 7, 8, 9],
        )

    def test_a_list_that_was_not_accepted_is_not_called_unchanged(self):
        self.answer = sending.Answer(503, "503")
        self.window()
        self.window()
        self.assertIn("installed", self.posted[1])

    def test_the_id_changes_with_the_month_and_the_list_is_whole(self):
        self.window()
        self.clock.now = NOVEMBER_23 + 8 * DAY
        self.window()
        self.assertNotEqual(self.posted[0]["client"], self.posted[2]["client"])
        self.assertEqual(self.posted[2]["installed"], [list(BASH)])

    def test_the_old_id_has_no_package_any_more_when_there_is_a_new_one(self):
        self.window()
        self.clock.now = NOVEMBER_23 + 8 * DAY
        self.reporter.preview()
        self.window()
        self.window()
        self.assertEqual(len(self.posted), 4)
        last = self.posted[1]
        self.assertEqual(last["client"], self.posted[0]["client"])
        self.assertEqual((last["repos"], last["installed"], last["changes"]), ({}, [], []))
        self.assertEqual(last["window"], "2026-12-01T00:00:00Z")

    def test_an_id_that_was_never_reported_gets_no_last_report(self):
        self.reporter.preview()
        self.clock.now = NOVEMBER_23 + 8 * DAY
        self.window()
        self.assertEqual(len(self.posted), 1)

    def test_a_server_that_wants_the_list_gets_it_with_the_next_report(self):
        self.window()
        self.answer = sending.Answer(202, "202 Accepted", wants_installed=True)
        self.window()
        self.answer = ACCEPTED
        self.window()
        self.window()
        self.assertEqual(["installed" in report for report in self.posted], [True, False, True, False])

    def test_what_the_old_id_has_not_sent_yet_is_not_sent_together_with_the_new_one(self):
        """Both would say nearly the same, and so that both are of one machine."""
        self.window()
        self.answer = sending.Answer(None, "ConnectionRefusedError")
        self.clock.now = NOVEMBER_23 + 7 * DAY + 100
        self.window()
        self.assertEqual(len(self.state.unsent()), 1)
        old = self.posted[0]["client"]
        self.answer = ACCEPTED
        del self.posted[:]
        self.window()
        self.assertEqual([report["client"] == old for report in self.posted], [True, False])
        self.assertEqual(self.posted[0]["installed"], [])

    def test_an_id_that_the_server_never_heard_of_gets_no_last_report(self):
        self.answer = sending.Answer(None, "ConnectionRefusedError")
        self.window()
        self.answer = ACCEPTED
        del self.posted[:]
        self.clock.now = NOVEMBER_23 + 8 * DAY
        self.window()
        self.assertEqual(len(self.posted), 1)
        self.assertEqual(self.posted[0]["installed"], [list(BASH)])

    def test_unsent_reports_are_sent_later_the_oldest_first(self):
        self.answer = sending.Answer(None, "ConnectionRefusedError")
        self.window()
        self.window()
        self.assertEqual(len(self.state.unsent()), 2)
        self.answer = ACCEPTED
        del self.posted[:]
        self.window()
        self.assertEqual(
            [report["window"][:10] for report in self.posted], ["2026-11-23", "2026-11-24", "2026-11-25"]
        )
        self.assertEqual(self.state.unsent(), [])

    def test_a_server_that_is_away_is_asked_once_in_a_try(self):
        self.answer = sending.Answer(None, "ConnectionRefusedError")
        self.window()
        self.window()
        self.assertEqual(len(self.posted), 2)

    def test_a_server_that_does_not_take_it_is_left_alone_for_an_hour(self):
        self.answer = sending.Answer(None, "ConnectionRefusedError")
        self.assertTrue(self.reporter.run())
        self.reporter.flush(self.post)
        self.clock.now += 3500
        self.assertFalse(self.reporter.run())
        self.clock.now += 200
        self.assertTrue(self.reporter.run())

    def test_a_server_that_names_a_time_is_left_alone_until_then(self):
        self.answer = sending.Answer(429, "429", wait=7200)
        self.reporter.run()
        self.reporter.flush(self.post)
        self.assertFalse(self.reporter.run())
        self.clock.now += 7300
        self.assertTrue(self.reporter.run())

    def test_a_refused_report_is_dropped(self):
        for status in (400, 413, 415):
            self.answer = sending.Answer(status, str(status))
            self.window()
            self.assertEqual(self.state.unsent(), [])
        self.assertIn("refuses", self.state.values()["last"]["outcome"])

    def test_a_machine_without_anything_of_the_mirrors_tells_nothing(self):
        self.machine.known = self.machine.known[1:]
        self.window()
        self.assertEqual(self.posted, [])

    def test_a_report_on_demand_is_made_once_in_a_window(self):
        self.assertTrue(self.reporter.report())
        self.assertFalse(self.reporter.report())
        self.clock.now += DAY
        self.assertTrue(self.reporter.report())

    def test_who_is_admitted(self):
        on, off = Settings(server=SERVER), Settings()
        report.admitted(on, 0, "/")
        for settings, user, root in ((off, 0, "/"), (on, 1000, "/"), (on, 0, "/mnt/sysimage"), (on, 0, "/mnt/..x")):
            with self.assertRaises(Refused):
                report.admitted(settings, user, root)
        with self.assertRaises(Refused):
            report.admitted(Settings(enabled=False, server=SERVER), 0, "/")

    def test_status_says_what_is_set_and_done(self):
        self.window()
        lines = "\n".join(report.status(self.reporter.settings, self.state, self.clock))
        for words in (SERVER, "2026-11-23T00:00:00Z", "unsent:   0", "took the report"):
            self.assertIn(words, lines)


class SendingTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = State(os.path.join(folder.name, "state"))
        self.server = Server()
        self.addCleanup(self.server.close)
        self.settings = Settings(server=self.server.url + "below/")
        self.reporter = Reporter(self.settings, self.state, Machine(), draw=lambda count: 1)
        self.reporter.machine.known = [
            self.reporter.machine.known[0]._replace(baseurls=(self.settings.server + "mirror/f/",))
        ]

    def test_a_real_server_gets_what_the_preview_says(self):
        preview = self.reporter.preview()
        self.reporter.run()
        said = self.reporter.flush()
        self.assertIn("took", said)
        self.assertEqual(self.server.reports, [preview])
        self.assertEqual(self.server.paths, ["/below/api/v1/usage"])
        fields = {name.lower(): value for name, value in self.server.fields[0].items()}
        self.assertEqual(fields["content-type"], "application/json")
        self.assertEqual(fields["content-encoding"], "gzip")
        # Nothing that tells one machine from another.
        self.assertEqual(
            set(fields),
            {"host", "accept-encoding", "content-length", "content-type", "content-encoding", "user-agent", "connection"},
        )

    def test_what_else_the_answer_says_is_heard(self):
        for answer, known in (
            (b'{"installedWanted": true}\n', False),
            (b'{"installedWanted": false}\n', True),
            (b"[]", True),
            (b"<html>", True),
        ):
            self.server.answer = answer
            self.reporter.run()
            self.reporter.flush()
            self.assertEqual("accepted" in self.state.values(), known, answer)
            self.state.save(reported=-1)

    def test_retry_after_is_heard(self):
        self.server.status, self.server.retry_after = 429, "3600"
        self.reporter.run()
        self.reporter.flush()
        self.assertGreater(self.state.values()["not_before"], time.time() + 3500)
        self.assertEqual(len(self.state.unsent()), 1)

    def test_nobody_listens(self):
        self.server.close()
        self.reporter.run()
        self.assertIn("kept", self.reporter.flush())
        self.assertEqual(len(self.state.unsent()), 1)

    def test_a_process_of_its_own_is_ended_when_the_time_is_over(self):
        """A program that never ends stands for a server that hangs, and for a look-up that does."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        program = os.path.join(folder.name, "forever.py")
        with open(program, "w") as file:
            file.write("import signal\nsignal.pause()\n")
        begin = time.monotonic()
        self.assertIsNone(sending.in_child([program], 0.2))
        self.assertLess(time.monotonic() - begin, sending.LIMIT)

    def test_a_process_ends_itself_when_its_time_is_over(self):
        self.server.hold.clear()
        child = os.fork()
        if child == 0:
            try:
                sending.within(0.05)
                self.reporter.run()
                self.reporter.flush()
            finally:
                os._exit(7)
        _, status = os.waitpid(child, 0)
        self.assertTrue(os.WIFSIGNALED(status), status)

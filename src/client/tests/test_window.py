import unittest

from instantmirror_client import window
from instantmirror_client.window import NOTHING

DAY = 86400
#: 2026-11-23T00:00:00Z
MONDAY = 1795392000


def runs(standing, moments, drawn):
    """Which of the runs report."""
    reports = []
    for moment in moments:
        due, standing = window.run(standing, moment, DAY, lambda count: drawn)
        reports.append(due)
    return reports, standing


class WindowTest(unittest.TestCase):
    def test_windows_are_aligned_to_absolute_time(self):
        self.assertEqual(window.text(window.begin(MONDAY, DAY)), "2026-11-23T00:00:00Z")
        self.assertEqual(window.begin(MONDAY + DAY - 1, DAY), MONDAY)
        self.assertEqual(window.begin(MONDAY + DAY, DAY), MONDAY + DAY)
        self.assertEqual(window.begin(MONDAY + 3 * 3600 + 5, 3600), MONDAY + 3 * 3600)

    def test_the_drawn_run_reports_and_no_other_of_the_window(self):
        moments = [MONDAY + hour * 3600 for hour in range(8)]
        for drawn in range(1, window.RUNS + 1):
            with self.subTest(drawn=drawn):
                reports, _ = runs(NOTHING, moments, drawn)
                self.assertEqual([index + 1 for index, due in enumerate(reports) if due], [drawn])

    def test_one_is_drawn_in_each_window(self):
        moments = [MONDAY + hour * 3600 for hour in range(72)]
        reports, _ = runs(NOTHING, moments, 3)
        self.assertEqual([hour for hour, due in enumerate(reports) if due], [2, 26, 50])

    def test_who_has_too_few_runs_reports_with_the_first_of_the_next_window(self):
        reports, _ = runs(NOTHING, [MONDAY + day * DAY for day in range(6)], 4)
        self.assertEqual(reports, [False, True, False, True, False, True])

    def test_draws_are_among_the_first_few(self):
        asked = []
        window.run(NOTHING, MONDAY, DAY, lambda count: asked.append(count) or 1)
        self.assertEqual(asked, [4])

    def test_a_clock_that_goes_back_a_little_makes_no_second_report(self):
        _, standing = runs(NOTHING, [MONDAY + DAY], 1)
        reports, _ = runs(standing, [MONDAY + DAY - 60], 1)
        self.assertEqual(reports, [False])

    def test_a_clock_that_was_years_ahead_silences_nobody(self):
        _, standing = runs(NOTHING, [MONDAY + 4000 * DAY], 1)
        reports, _ = runs(standing, [MONDAY], 1)
        self.assertEqual(reports, [True])

    def test_a_report_on_demand_is_the_windows_report(self):
        standing = window.reported(NOTHING, MONDAY + 5, DAY)
        self.assertEqual(standing.reported, MONDAY)
        reports, _ = runs(standing, [MONDAY + 6, MONDAY + DAY], 1)
        self.assertEqual(reports, [False, True])

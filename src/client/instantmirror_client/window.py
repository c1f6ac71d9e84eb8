"""When a report is due. Pure.

Fedora's countme is the model: windows of a fixed length are aligned to absolute time, one report is made in a
window at most, and which run makes it is drawn: one of the first few. So neither the hour at which a machine is
used shows, nor do all machines report when a window begins.
"""

import collections
import datetime

#: From how many runs the one that reports is drawn.
RUNS = 4

#: What is remembered: the window that was reported last, the one in which runs are counted, and how many are
#: left until one reports. Windows are the seconds of their begin; -1 is none.
Standing = collections.namedtuple("Standing", "reported counting left")

NOTHING = Standing(-1, -1, 0)


def begin(now, period):
    """The begin of the window that holds this moment; both in seconds since 1970 UTC."""
    return int(now) // period * period


def text(start):
    """RFC 3339, in UTC."""
    return datetime.datetime.fromtimestamp(start, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def run(standing, now, period, draw):
    """One run of the package manager or of the timer.

    ``draw(n)`` gives a number from 1 to n. Returns whether this run reports, and the standing to be saved, before
    anything is sent: a run that can't save must not report, or it would at each try.
    """
    current = begin(now, period)
    if current <= standing.reported <= current + period:
        # In the same window, or the clock went back a little.
        return False, standing
    if standing.reported > current:
        # The clock was far ahead once: that must not silence the machine for years.
        standing = NOTHING
    if standing.counting != current:
        # Who has too few runs in a window to come to the drawn one reports with the first run of the next.
        waited = standing.counting > standing.reported and standing.counting >= 0
        standing = Standing(standing.reported, current, 1 if waited else draw(RUNS))
    left = standing.left - 1
    if left > 0:
        return False, standing._replace(left=left)
    return True, reported(standing, now, period)


def put_off(standing, now, period):
    """The standing after a run that was to report and couldn't: the next one is to."""
    return Standing(standing.reported, begin(now, period), 1)


def reported(standing, now, period):
    """The standing after a report of this moment's window."""
    return Standing(max(begin(now, period), standing.reported), -1, 0)

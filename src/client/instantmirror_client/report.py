"""Decides whether a report is due, makes it, and keeps it until it is sent."""

import os
import time

from . import document, mirror, packages, sending, settings as settings_module, window
from .state import Busy, State

#: The server gets the whole list once in so many windows, also when nothing has changed: it may have lost it.
WHOLE_LIST = 7


class Refused(Exception):
    """Why there is no report: a sentence for whoever asked for one."""


class Reporter(object):
    """One machine's reports.

    ``machine`` is the package manager's view of it, ``dnf4.Machine`` or ``dnf5.Machine``: ``repositories()`` and
    ``installed()``. ``clock`` gives seconds since 1970, ``draw(n)`` a number from 1 to n.
    """

    def __init__(self, settings, state, machine, clock=time.time, draw=None):
        self.settings = settings
        self.state = state
        self.machine = machine
        self.clock = clock
        self.draw = draw or _draw

    def note(self, changes):
        """What a transaction did. Nothing is noted that isn't reported later."""
        ours = set(self._paths())
        wanted = packages.with_origins(changes, self.state.installed())
        wanted = [change for change in wanted if change.repo in ours]
        if wanted:
            with self.state.locked(wait=1):
                self.state.note(wanted)

    def run(self):
        """A run of the package manager or the timer: makes a report where one is due.

        Returns whether there is something to send.
        """
        with self.state.locked():
            before = self.state.standing()
            due, standing = window.run(before, self.clock(), self.settings.window, self.draw)
            # Saved before anything is made or sent: a report that can't be remembered would be sent at each run.
            self.state.save_standing(standing)
            if due:
                try:
                    self._make()
                except packages.TooSlow:
                    # For the next run: the timer's has time.
                    self.state.save_standing(window.put_off(before, self.clock(), self.settings.window))
                    raise
        return self._sendable()

    def report(self):
        """The same on demand, whether drawn or not, but still once in a window at most.

        Returns whether one was made.
        """
        with self.state.locked():
            now, standing = self.clock(), self.state.standing()
            if standing.reported >= window.begin(now, self.settings.window):
                return False
            self.state.save_standing(window.reported(standing, now, self.settings.window))
            self._make()
            return True

    def preview(self):
        """The text of the report that would be made now."""
        with self.state.locked():
            return document.text(self._document()[0])

    def _make(self):
        report, known, installed, paths = self._document()
        start = window.begin(self.clock(), self.settings.window)
        former = self.state.former()
        if former:
            # Else the server would count this machine twice until it forgets the old id.
            farewell = document.document(former, start, self.settings.window, {}, (), (), False)
            self.state.keep_farewell(start, document.packed(farewell))
        if not paths:
            # This machine has nothing of the mirror's: nothing to tell.
            return
        name = self.state.keep(start, document.packed(report), document.of_mirror(installed, paths))
        self.state.save(made=dict(known, file=name))

    def _document(self):
        now = self.clock()
        paths = self._paths()
        installed = list(self.machine.installed(paths))
        client = self.state.client(now)
        known = {"client": client, "fingerprint": document.fingerprint(installed, paths), "count": 0}
        accepted = self.state.values().get("accepted") or {}
        unchanged = (
            accepted.get("client") == client
            and accepted.get("fingerprint") == known["fingerprint"]
            and accepted.get("count", WHOLE_LIST) + 1 < WHOLE_LIST
        )
        if unchanged:
            known["count"] = accepted["count"] + 1
        report = document.document(
            client,
            window.begin(now, self.settings.window),
            self.settings.window,
            paths,
            installed,
            self.state.changes(),
            unchanged,
        )
        return report, known, installed, paths

    def _paths(self):
        return mirror.paths(self.machine.repositories(), self.settings.server)

    def _sendable(self):
        now = self.clock()
        later = self.state.values().get("not_before", 0)
        # A clock that was wrong once must not keep us waiting.
        return bool(self.state.unsent()) and not now < later <= now + 86400

    def flush(self, post=None):
        """Sends what is unsent; a sentence on how that went."""
        with self.state.locked():
            return sending.flush(self.state, self.settings, self.clock(), post)


def admitted(settings, user, root):
    """Raises Refused unless this run may report: it is root's, for this machine itself, and there is a server."""
    if user != 0:
        raise Refused("Only root's runs are reported.")
    if os.path.abspath(root) != "/":
        raise Refused("Nothing is ever reported of a run with --installroot.")
    if not settings.on:
        raise Refused("It is off: %s names no server." % settings_module.FILE)


def status(settings, state, clock=time.time):
    """Lines for an administrator."""
    lines = [
        "server:   %s" % (settings.server or "none: nothing is reported"),
        "enabled:  %s" % ("yes" if settings.enabled else "no"),
        "window:   %d s, this one began %s"
        % (settings.window, window.text(window.begin(clock(), settings.window))),
    ]
    standing, values = state.standing(), state.values()
    lines.append("reported: %s" % (window.text(standing.reported) if standing.reported >= 0 else "never"))
    lines.append("changes:  %d since then" % len(state.changes()))
    lines.append("unsent:   %d" % len(state.unsent()))
    last = values.get("last")
    if isinstance(last, dict):
        lines.append("last try: %s %s" % (window.text(int(last.get("time", 0))), last.get("outcome", "")))
    return lines


def _draw(count):
    # Not the random module: its import costs more than all of this.
    return os.urandom(1)[0] % count + 1


__all__ = ["Busy", "Refused", "Reporter", "State", "admitted", "status"]

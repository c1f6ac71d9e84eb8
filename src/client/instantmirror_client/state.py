"""What a client remembers, in a folder that is root's alone.

``state.json`` is small and replaced as a whole; ``changes`` grows by a line for each change since the last report;
``installed.json`` is the list of the last report; ``unsent/`` holds reports that nobody took yet.
"""

import base64
import contextlib
import datetime
import errno
import fcntl
import json
import os
import tempfile
import time

from . import mirror, packages, window

FOLDER = "/var/lib/instantmirror-client"

#: Bounds of what is kept: an administrator may never look here.
MOST_CHANGES = 5000
MOST_UNSENT = 7
MOST_UNSENT_BYTES = 1 << 20

#: How the name of an old id's last report ends.
_FAREWELL = ".former.json.gz"

#: What ``state.json`` may hold; what is of another kind was damaged, and counts as not there.
_KINDS = {
    "reported": int,
    "counting": int,
    "left": int,
    "client": str,
    "month": str,
    "told": str,
    "former": str,
    "made": dict,
    "accepted": dict,
    "last": dict,
    "not_before": (int, float),
}


class Busy(Exception):
    """Another process reports at the moment."""


def _lock(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError as taken:
        if taken.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise


class State(object):
    """The folder; only under :meth:`locked` may it be written."""

    def __init__(self, folder=FOLDER):
        self.folder = folder

    @contextlib.contextmanager
    def locked(self, wait=0):
        """For the time of a report; waits for another process for so many seconds at most.

        Raises Busy, or OSError where nothing can be written.
        """
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        end = time.monotonic() + wait
        with open(os.path.join(self.folder, "lock"), "a") as lock:
            while not _lock(lock):
                if time.monotonic() >= end:
                    raise Busy()
                time.sleep(0.02)
            yield

    def values(self):
        """What ``state.json`` holds; a file that is gone or damaged is an empty one."""
        values = self._json("state.json", {})
        if not isinstance(values, dict):
            return {}
        return {name: value for name, value in values.items() if isinstance(value, _KINDS.get(name, ()))}

    def save(self, **changed):
        """Writes these values, and leaves the others as they are."""
        values = self.values()
        values.update(changed)
        self._write("state.json", json.dumps(values, sort_keys=True).encode())

    def standing(self):
        """The windows, see :mod:`window`."""
        values = self.values()
        return window.Standing(*(values.get(name, -1) for name in window.Standing._fields))

    def save_standing(self, standing):
        """Remembers the windows."""
        self.save(**standing._asdict())

    def client(self, now):
        """The random id of this month, made if there is none yet: the next month nobody knows who it was.

        What is unsent under the old one is dropped then: it would be sent together with the new one's first report, and
        say much the same.
        """
        month = datetime.datetime.fromtimestamp(now, datetime.timezone.utc).strftime("%Y-%m")
        values = self.values()
        known = values.get("client")
        if values.get("month") != month or not known or len(known) != 22:
            former = known if known and values.get("told") == known else values.get("former")
            known = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
            for path in self.unsent():
                os.unlink(path)
            # What the server knows of the old id it doesn't know of the new one.
            self.save(client=known, month=month, told=None, accepted=None, former=former)
        return known

    def told(self, name):
        """The server has taken the unsent report of that name, and so knows whose it is."""
        if not name.endswith(_FAREWELL):
            self.save(told=self.values().get("client"))

    def former(self):
        """The id that was renewed and has packages at the server still; None if there is none."""
        former = self.values().get("former")
        return former if former and len(former) == 22 else None

    def note(self, changes):
        """Adds to what happened since the last report; the oldest go when there are too many."""
        lines = self._lines()
        lines.extend(json.dumps(list(change)) for change in changes)
        self._write("changes", "".join(line + "\n" for line in lines[-MOST_CHANGES:]).encode())

    def changes(self):
        """What happened since the last report."""
        found = []
        for line in self._lines():
            try:
                change = packages.Change(*json.loads(line))
            except (TypeError, ValueError):
                # Of another version, or half a line.
                continue
            if change.action in packages.ACTIONS and all(isinstance(each, str) for each in change):
                found.append(change)
        return found

    def repositories(self):
        """What :meth:`save_repositories` was given last."""
        try:
            return [mirror.Repository(*fields) for fields in self._json("repositories.json", [])]
        except TypeError:
            return []

    def save_repositories(self, repositories):
        """Remembers the repositories that the package manager has told us, for when it isn't running."""
        self._write("repositories.json", json.dumps([list(each) for each in repositories]).encode())

    def installed(self):
        """The packages of the last report."""
        try:
            return [packages.Package(*fields) for fields in self._json("installed.json", [])]
        except TypeError:
            return []

    def keep(self, start, body, installed):
        """A report is made: it is unsent from now on, and what happens next belongs to the next one.

        Returns its file's name.
        """
        name = "%011d.json.gz" % start
        self._add(name, body)
        self._write("installed.json", json.dumps([list(each) for each in installed]).encode())
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(self.folder, "changes"))
        self._bound()
        return name

    def keep_farewell(self, start, body):
        """The last report of the id that was renewed is unsent from now on."""
        # By its name it comes before the same window's report.
        self._add("%011d%s" % (start, _FAREWELL), body)
        self.save(former=None)

    def unsent(self):
        """The paths of the reports that nobody took yet, the oldest first."""
        try:
            names = sorted(os.listdir(self._unsent()))
        except OSError:
            return []
        return [os.path.join(self._unsent(), name) for name in names if name.endswith(".json.gz")]

    def _add(self, name, body):
        os.makedirs(self._unsent(), mode=0o700, exist_ok=True)
        self._write(os.path.join("unsent", name), body)

    def _bound(self):
        kept, size = 0, 0
        for path in reversed(self.unsent()):
            kept += 1
            size += os.path.getsize(path)
            if kept > MOST_UNSENT or size > MOST_UNSENT_BYTES:
                os.unlink(path)

    def _unsent(self):
        return os.path.join(self.folder, "unsent")

    def _lines(self):
        try:
            with open(os.path.join(self.folder, "changes"), encoding="utf-8") as changes:
                return changes.read().splitlines()
        except (OSError, UnicodeDecodeError):
            return []

    def _json(self, name, default):
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return default

    def _write(self, name, content):
        """Replaces a file as a whole; after a power cut it is the old one or the new one."""
        path = os.path.join(self.folder, name)
        handle, temporary = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.rename(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise

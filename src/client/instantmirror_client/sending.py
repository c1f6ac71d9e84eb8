"""Sends the reports that nobody took yet, within a limit that nothing exceeds."""

import json
import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit

from . import VERSION

#: What a transaction may be held up in all, in seconds.
LIMIT = 2.0

PATH = "api/v1/usage"

#: Answers that no second try would change: such a report is dropped.
_REFUSED = (400, 411, 413, 415, 422)

#: For how long a server that doesn't take a report is left alone, in seconds: one that hangs shall not hold up each
#: transaction.
_BACK_OFF = 3600

#: For how long it can have us wait at most.
_LONGEST_WAIT = 86400


class Answer(object):
    """What the server said: a status, or None and why there was none; ``wait`` in seconds where it named a time.

    ``wants_installed`` is true where it took a report but doesn't know the list that this calls unchanged.
    """

    def __init__(self, status, reason, wait=0, wants_installed=False):
        self.status = status
        self.reason = reason
        self.wait = wait
        self.wants_installed = wants_installed

    @property
    def accepted(self):
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self):
        return self.status in _REFUSED


def flush(state, settings, now, post=None):
    """Sends what is unsent, the oldest first, until the server doesn't take one.

    Returns a sentence on how that went, which ``status`` shows later on. No more than one request is open at a time.
    """
    post = post or _post
    unsent = state.unsent()
    if not unsent:
        return "nothing to send"
    # This is what remains if the time is over before there is an answer.
    outcome = "%s didn't answer in time, the report is kept" % settings.server
    state.save(last={"time": int(now), "outcome": outcome}, not_before=now + _BACK_OFF)
    for path in unsent:
        with open(path, "rb") as file:
            body = file.read()
        answer = post(settings, body)
        outcome = _outcome(settings, answer)
        if answer.accepted:
            os.unlink(path)
            state.told(os.path.basename(path))
            made = state.values().get("made") or {}
            if answer.wants_installed:
                # It began anew, or has forgotten us: the next report has the whole list.
                state.save(accepted=None)
            elif made.get("file") == os.path.basename(path):
                state.save(accepted=made)
        elif answer.refused:
            os.unlink(path)
        else:
            state.save(not_before=now + min(max(answer.wait, _BACK_OFF), _LONGEST_WAIT))
            break
        state.save(not_before=0)
    state.save(last={"time": int(now), "outcome": outcome})
    return outcome


def _outcome(settings, answer):
    if answer.accepted:
        return "%s took the report" % settings.server
    if answer.refused:
        return "%s refuses the report: %s" % (settings.server, answer.reason)
    return "%s doesn't take the report now, it is kept: %s" % (settings.server, answer.reason)


def _post(settings, body):
    """One request, straight to the server: it is near, and no proxy's business."""
    # Only where something is sent: a package manager that loads its plugins doesn't wait for TLS.
    import http.client

    parts = urlsplit(settings.server)
    try:
        connection = _connection(settings, parts)
        try:
            connection.request(
                "POST",
                parts.path + PATH,
                body,
                {
                    "Content-Type": "application/json",
                    "Content-Encoding": "gzip",
                    "User-Agent": "instantmirror-client/" + VERSION,
                    "Connection": "close",
                },
            )
            response = connection.getresponse()
            said = response.read(300).decode("utf-8", "replace").strip()
            wait = response.getheader("Retry-After", "")
            return Answer(
                response.status,
                "%d %s %s" % (response.status, response.reason, said.replace("\n", " ")),
                int(wait) if wait.isdigit() else 0,
                _wants_installed(said),
            )
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as failure:
        return Answer(None, "%s: %s" % (type(failure).__name__, failure))


def _wants_installed(said):
    try:
        return json.loads(said).get("installedWanted") is True
    except (ValueError, AttributeError):
        # An answer of another kind, or another version.
        return False


def _connection(settings, parts):
    import http.client
    import ssl

    port = parts.port
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.hostname, port, timeout=LIMIT)
    context = ssl.create_default_context(cafile=settings.sslcacert or None)
    if not settings.sslverify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(parts.hostname, port, timeout=LIMIT, context=context)


def within(seconds):
    """Ends this process when the time is over, whatever it is doing.

    Time-outs of sockets don't cover the look-up of a name, which may take many seconds in C, nor a server that sends
    a byte a second. What is to be kept is on disk by then.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.05))


def in_child(command, seconds):
    """Has a process of its own send what is unsent, and waits for it for so long at most.

    ``command`` is the program with its options, without "flush". Returns its exit code, or None where it took too long and was ended.
    """
    end = time.monotonic() + seconds
    child = subprocess.Popen(
        # -I: none of the environment's Python.
        [sys.executable or "/usr/bin/python3", "-I"] + command + ["flush", "--within", "%.3f" % max(seconds, 0.05)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        # A Control-C meant for the package manager isn't meant for it.
        start_new_session=True,
    )
    try:
        return child.wait(max(end - time.monotonic(), 0.05))
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return None


"""The command ``instantmirror-client``, and what the timer and the package managers' hooks run."""

import argparse
import contextlib
import os
import sys
import time

from . import VERSION, report, sending, settings
from .state import Busy, State

#: For how long the process of a dnf5 may go on after its transaction, in seconds.
_DNF5_ENDS = 60


def main(arguments=None):
    """Runs a command; its exit code."""
    wanted = _parser().parse_args(arguments)
    try:
        return wanted.run(wanted)
    except (report.Refused, settings.SettingsError) as refused:
        print("instantmirror-client: %s" % refused, file=sys.stderr)
    except Busy:
        print("instantmirror-client: another report is being made at the moment.", file=sys.stderr)
    except Exception as failure:  # pylint: disable=broad-except
        # Also what a package manager says that fails, each in words of its own.
        print("instantmirror-client: %s: %s" % (type(failure).__name__, failure), file=sys.stderr)
    return 1


def _parser():
    parser = argparse.ArgumentParser(
        prog="instantmirror-client",
        description="Tells the mirror which of its packages this machine has, so that it has them in time.",
    )
    parser.add_argument("--version", action="version", version=VERSION)
    parser.add_argument("--config", action="append", metavar="FILE", help="in place of " + settings.FILE)
    commands = parser.add_subparsers(metavar="COMMAND")
    commands.required = True
    for name, run, words in (
        ("status", _status, "what is set, and what was reported when"),
        ("preview", _preview, "print what would be sent now; nothing is sent"),
        ("report", _report, "report now, if this window has no report yet, and send what is unsent"),
        ("run", _run, "what the timer does: report if a report is due"),
    ):
        commands.add_parser(name, help=words, description=words).set_defaults(run=run)
    flush = commands.add_parser("flush", help="send what is unsent, within a time")
    flush.add_argument("--within", type=float, default=sending.LIMIT, metavar="SECONDS")
    flush.set_defaults(run=_flush)
    action = commands.add_parser("dnf5-action", help="what dnf5's actions plugin runs")
    action.add_argument("pid", type=int)
    action.set_defaults(run=_dnf5_action)
    return parser


def _settings(wanted):
    return settings.read(wanted.config or (settings.FILE,))


def _status(wanted):
    print("\n".join(report.status(_settings(wanted), State())))
    return 0


def _preview(wanted):
    print(_reporter(_settings(wanted)).preview())
    return 0


def _report(wanted):
    chosen = _settings(wanted)
    if not _reporter(chosen).report():
        print("This window has its report.")
    # Not in this process, which is to say how it went, also where the time is over.
    program = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "main.py")
    options = [word for path in wanted.config or () for word in ("--config", path)]
    sending.in_child([program] + options, sending.LIMIT)
    print(report.status(chosen, State())[-1])
    return 0


def _run(wanted):
    chosen = _settings(wanted)
    if not chosen.on:
        # As it is after the package has been installed: no failure of the timer's.
        return 0
    reporter = _reporter(chosen)
    try:
        if reporter.run():
            sending.within(sending.LIMIT)
            reporter.flush()
    except Busy:
        # A transaction at the same moment reports instead.
        pass
    return 0


def _flush(wanted):
    sending.within(wanted.within)
    chosen = _settings(wanted)
    report.admitted(chosen, os.geteuid(), "/")
    # The machine isn't asked here.
    report.Reporter(chosen, State(), None).flush()
    return 0


def _dnf5_action(wanted):
    """Never fails: dnf5 would say so at every transaction."""
    from . import dnf5

    sending.within(sending.LIMIT)
    conversation = dnf5.Conversation()
    try:
        chosen = _settings(wanted)
        if not chosen.on or os.geteuid() != 0:
            return 0
        repositories, changes = dnf5.told(conversation)
    except (settings.SettingsError, OSError, ValueError, KeyError, TypeError) as failure:
        # Also a dnf5 that says it in another way: one without the mode, or a later one.
        with contextlib.suppress(OSError, ValueError):
            conversation.log(str(failure))
        return 0
    if not dnf5.detached():
        return 0
    # The timer was the parent's.
    state = State()
    try:
        _after_dnf5(chosen, state, repositories, changes, wanted.pid)
    except Exception as failure:  # pylint: disable=broad-except
        # Nobody sees what this process prints.
        state.save(last={"time": int(time.time()), "outcome": "%s: %s" % (type(failure).__name__, failure)})
    return 0


def _after_dnf5(chosen, state, repositories, changes, pid):
    from . import dnf5

    with state.locked(wait=10):
        state.save_repositories(repositories)
    reporter = report.Reporter(chosen, state, dnf5.Machine(repositories))
    reporter.note(changes)
    # It writes down where packages came from at its end.
    dnf5.await_end(pid, _DNF5_ENDS)
    if reporter.run():
        sending.within(sending.LIMIT)
        reporter.flush()


def _reporter(chosen):
    report.admitted(chosen, os.geteuid(), "/")
    return report.Reporter(chosen, State(), _machine())


def _machine():
    from . import dnf5

    if os.access(dnf5.PROGRAM, os.X_OK):
        return dnf5.Machine(State().repositories())
    try:
        from . import dnf4
    except ImportError:
        raise report.Refused("There is neither a dnf5 nor the Python module of a dnf 4 here.")
    return dnf4.machine()

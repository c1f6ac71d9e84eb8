"""dnf 4: notes what transactions do, reports at most once a window, and has ``dnf instantmirror``."""

import logging
import os
import sys
import time

import dnf
import dnf.cli
import libdnf.conf

# Beside this file's own place, not beside the link to it in dnf's folder; the same for every Python.
_SHARED = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_written = sys.dont_write_bytecode
# No package owns what would be written beside the sources.
sys.dont_write_bytecode = True
sys.path.insert(0, _SHARED)
try:
    # All of it now: a transaction may replace the files.
    from instantmirror_client import dnf4, report, sending, settings, state
finally:
    sys.path.remove(_SHARED)
    sys.dont_write_bytecode = _written

logger = logging.getLogger("dnf.plugin")

_PROGRAM = os.path.join(_SHARED, "main.py")


class InstantMirror(dnf.Plugin):
    """The hooks. Whatever fails in them is told at debug level only, and dnf goes on."""

    name = "instantmirror"

    def __init__(self, base, cli):
        super(InstantMirror, self).__init__(base, cli)
        self._reporter = None
        self._changes = []
        self._spent = 0
        if cli:
            cli.register_command(InstantMirrorCommand)

    @classmethod
    def read_config(cls, conf):
        """As dnf's own, for dnf: which would end, whatever it was to do, because of a mistake in ours."""
        try:
            parser = super(InstantMirror, cls).read_config(conf)
            if parser.has_section("main") and parser.has_option("main", "enabled"):
                parser.getboolean("main", "enabled")
            return parser
        except Exception as wrong:  # pylint: disable=broad-except
            logger.debug("instantmirror: %s", wrong)
            return libdnf.conf.ConfigParser()

    def pre_transaction(self):
        begin = time.monotonic()
        with _Quietly():
            self._reporter = None
            reporter = _reporter(self.base)
            self._changes = reporter.machine.changes()
            self._reporter = reporter
        self._spent = time.monotonic() - begin

    def transaction(self):
        if self._reporter is None:
            return
        limit = sending.LIMIT - self._spent
        end = time.monotonic() + limit
        # A part is for the server.
        self._reporter.machine.until = end - limit / 2
        with _Quietly():
            self._reporter.note(self._changes)
            if self._reporter.run() and sending.in_child(_sender(self.base), end - time.monotonic()) is None:
                logger.debug("instantmirror: no answer in time; the report is kept")


class _Quietly(object):
    def __enter__(self):
        return self

    def __exit__(self, kind, failure, trace):
        if kind is not None and issubclass(kind, Exception):
            logger.debug("instantmirror: %s: %s", kind.__name__, failure)
            return True
        return False


def _settings(base):
    """Raises SettingsError."""
    return settings.read(_files(base))


def _files(base):
    return [os.path.join(folder, InstantMirror.name + ".conf") for folder in base.conf.pluginconfpath]


def _reporter(base):
    """Raises Refused, SettingsError."""
    chosen = _settings(base)
    report.admitted(chosen, os.geteuid(), base.conf.installroot)
    return report.Reporter(chosen, state.State(), dnf4.Machine(base))


def _sender(base):
    """The program that sends, with the settings of this dnf."""
    command = [_PROGRAM]
    for file in _files(base):
        command += ["--config", file]
    return command


class InstantMirrorCommand(dnf.cli.Command):
    """``dnf instantmirror status|report|preview``"""

    aliases = ("instantmirror",)
    summary = "what this machine tells its mirror of its packages"

    @staticmethod
    def set_argparser(parser):
        parser.add_argument("what", choices=("status", "report", "preview"))

    def configure(self):
        self.cli.demands.sack_activation = self.opts.what != "status"
        self.cli.demands.available_repos = self.opts.what != "status"

    def run(self):
        try:
            self._run()
        except (report.Refused, settings.SettingsError) as refused:
            raise dnf.exceptions.Error(str(refused))
        except report.Busy:
            raise dnf.exceptions.Error("another report is being made at the moment")
        except OSError as failure:
            raise dnf.exceptions.Error(str(failure))

    def _run(self):
        if self.opts.what == "status":
            print("\n".join(report.status(_settings(self.base), state.State())))
            return
        reporter = _reporter(self.base)
        if self.opts.what == "preview":
            print(reporter.preview())
            return
        if not reporter.report():
            print("This window has its report.")
        sending.in_child(_sender(self.base), sending.LIMIT)
        print(report.status(reporter.settings, reporter.state)[-1])

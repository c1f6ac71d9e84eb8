"""The settings of ``/etc/dnf/plugins/instantmirror.conf``. Pure, but for :func:`read`."""

import configparser
import re

FILE = "/etc/dnf/plugins/instantmirror.conf"

DAY = 86400
_TRUE = ("1", "yes", "true", "on")
_FALSE = ("0", "no", "false", "off")
_DURATION = re.compile(r"([0-9]{1,8})([smhd]?)$")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": DAY}


class SettingsError(Exception):
    """A value that can't be one; says which key, and what is allowed."""


class Settings(object):
    """What an administrator chose. Immutable by convention.

    ``server`` is the root of the mirror with a slash at its end, or empty: then the client is off. ``window``
    is in seconds.
    """

    def __init__(self, enabled=True, server="", window=DAY, sslverify=True, sslcacert=""):
        self.enabled = enabled
        self.server = server
        self.window = window
        self.sslverify = sslverify
        self.sslcacert = sslcacert

    @property
    def on(self):
        """Whether there is somebody to report to."""
        return self.enabled and bool(self.server)

    @classmethod
    def of(cls, values):
        """The settings of a mapping of texts. An unknown key is not an error: dnf ignores them, too."""
        return cls(
            enabled=_boolean(values, "enabled", True),
            server=_server(values.get("server", "").strip()),
            window=_window(values.get("window", "").strip()),
            sslverify=_boolean(values, "sslverify", True),
            sslcacert=values.get("sslcacert", "").strip(),
        )


def read(paths=(FILE,)):
    """The settings of files, later ones first; a missing one is an empty one."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    for path in paths:
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as wrong:
            raise SettingsError("%s: %s" % (path, str(wrong).replace("\n", " ")))
    return Settings.of(dict(parser.items("main")) if parser.has_section("main") else {})


def _boolean(values, key, default):
    text = values.get(key, "").strip().lower()
    if not text:
        return default
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise SettingsError("%s = %s: allowed are yes and no" % (key, text))


def _server(text):
    if not text:
        return ""
    # No user, no query, no fragment: it is the root that the paths of repositories are told from.
    if not re.match(r"https?://(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[^\s?#]*)?$", text):
        raise SettingsError("server = %s: wants a URL such as http://mirror.example:8080/" % text)
    return text if text.endswith("/") else text + "/"


def _window(text):
    if not text:
        return DAY
    match = _DURATION.match(text)
    seconds = int(match.group(1)) * _SECONDS[match.group(2)] if match else 0
    if not 3600 <= seconds <= 30 * DAY:
        raise SettingsError("window = %s: allowed are 1h to 30d" % text)
    return seconds

import os
import tempfile
import unittest

from instantmirror_client import settings
from instantmirror_client.settings import Settings, SettingsError


class SettingsTest(unittest.TestCase):
    def test_off_until_a_server_is_named(self):
        self.assertFalse(Settings.of({}).on)
        self.assertFalse(Settings.of({"server": ""}).on)
        self.assertTrue(Settings.of({"server": "http://mirror.example:8080/"}).on)
        self.assertFalse(Settings.of({"server": "http://mirror.example:8080/", "enabled": "0"}).on)

    def test_defaults(self):
        defaults = Settings.of({})
        self.assertEqual(defaults.window, 86400)
        self.assertTrue(defaults.enabled)
        self.assertTrue(defaults.sslverify)

    def test_the_server_ends_in_a_slash(self):
        self.assertEqual(Settings.of({"server": "https://m.example/im"}).server, "https://m.example/im/")

    def test_windows_in_units(self):
        for text, seconds in (("1d", 86400), ("12h", 43200), ("90m", 5400), ("7200", 7200), ("3600s", 3600)):
            self.assertEqual(Settings.of({"window": text}).window, seconds)

    def test_what_can_not_be_is_refused_with_its_key(self):
        for key, text in (
            ("server", "mirror.example"),
            ("server", "ftp://mirror.example/"),
            ("server", "http://me:secret@mirror.example/"),
            ("server", "http://mirror.example/?x"),
            ("window", "1m"),
            ("window", "31d"),
            ("window", "day"),
            ("enabled", "maybe"),
            ("sslverify", "2"),
        ):
            with self.subTest(key=key, text=text), self.assertRaisesRegex(SettingsError, "^" + key):
                Settings.of({key: text})

    def test_a_file_is_read_and_a_missing_one_is_empty(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "instantmirror.conf")
            self.assertFalse(settings.read([path]).on)
            with open(path, "w") as file:
                file.write("# x\n[main]\nserver = http://mirror.example:8080\nwindow=12h\nother=%x\n")
            read = settings.read([path])
            self.assertEqual(read.server, "http://mirror.example:8080/")
            self.assertEqual(read.window, 43200)

    def test_a_damaged_file_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "instantmirror.conf")
            with open(path, "w") as file:
                file.write("server = x\n")
            with self.assertRaisesRegex(SettingsError, path):
                settings.read([path])

    def test_the_sample_says_nothing_but_defaults(self):
        sample = os.path.join(os.path.dirname(__file__), "..", "conf", "instantmirror.conf")
        self.assertEqual(vars(settings.read([sample])), vars(Settings()))

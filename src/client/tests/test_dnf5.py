import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest

from instantmirror_client import dnf5
from instantmirror_client.mirror import Repository
from instantmirror_client.packages import Change, Package


class Plugin(object):
    """libdnf5's actions plugin, as its manual has it: answers requests on a pair of pipes."""

    def __init__(self, replies):
        self.requests = []
        self._replies = replies
        requests, self.to_plugin = os.pipe()
        self.from_plugin, answers = os.pipe()
        self._thread = threading.Thread(target=self._serve, args=(requests, answers))
        self._thread.daemon = True
        self._thread.start()

    def _serve(self, requests, answers):
        with os.fdopen(requests) as lines, os.fdopen(answers, "w") as out:
            for line in lines:
                request = json.loads(line)
                self.requests.append(request)
                reply = {"op": "reply", "requested_op": request["op"], "domain": request.get("domain", "log")}
                reply.update(self._replies(request))
                # Not in one piece, and over several lines.
                text = json.dumps(reply, indent=1)
                for part in (text[:7], text[7:]):
                    out.write(part)
                    out.flush()

    def conversation(self):
        return dnf5.Conversation(self.from_plugin, self.to_plugin)

    def close(self):
        os.close(self.to_plugin)
        self._thread.join()
        os.close(self.from_plugin)


#: What repositories have; an option that isn't set is an error, except for these two, which have a default.
CONF = {
    "fedora": {"baseurl": "http://m.example/mirror/fedora/42/x86_64/, http://dl.example/f/"},
    "a.b": {"metalink": "http://m.example/metalink/x", "proxy": "http://m.example:3128"},
    "c": {"mirrorlist": "http://m.example/mirrorlist/c"},
    "d": {},
}
DEFAULTS = {"baseurl": "", "proxy": ""}


def package(action, name, version, repo, arch="x86_64"):
    return {
        "action": action,
        "name": name,
        "epoch": "0",
        "version": version,
        "release": "1",
        "arch": arch,
        "repo_id": repo,
    }


TRANSACTION = [
    package("I", "new", "1", "fedora"),
    package("U", "bash", "6", "fedora"),
    package("O", "bash", "5", "@System"),
    package("D", "down", "1", "fedora"),
    package("O", "down", "2", "@System"),
    package("R", "again", "1", "fedora"),
    package("O", "again", "1", "@System"),
    package("E", "gone", "1", "@System"),
    package("O", "replaced", "1", "@System"),
    package("?", "reason", "1", "@System"),
]


def replies(request):
    if request.get("domain") == "conf":
        pattern, _, option = request["args"]["key"].rpartition(".")
        pairs = []
        for repo, values in CONF.items():
            if pattern in ("*", repo):
                value = values.get(option, DEFAULTS.get(option))
                if value is None:
                    return {"status": "ERROR", "message": "Cannot get repo config option"}
                pairs.append({"key": repo + "." + option, "value": value})
        return {"status": "OK", "return": {"keys_val": pairs}}
    if request["op"] == "log":
        return {"status": "OK"}
    wanted = request["args"]["output"]
    listed = [{name: each[name] for name in wanted} for each in TRANSACTION]
    return {"status": "OK", "return": {"trans_packages": listed}}


class Dnf5Test(unittest.TestCase):
    def test_repositories_and_changes_are_asked_for(self):
        plugin = Plugin(replies)
        self.addCleanup(plugin.close)
        repositories, changes = dnf5.told(plugin.conversation())
        self.assertEqual(
            repositories,
            [
                Repository("a.b", (), "http://m.example/metalink/x", "", "http://m.example:3128"),
                Repository("c", (), "", "http://m.example/mirrorlist/c", ""),
                Repository("d", (), "", "", ""),
                Repository(
                    "fedora", ("http://m.example/mirror/fedora/42/x86_64/", "http://dl.example/f/"), "", "", ""
                ),
            ],
        )
        self.assertEqual(
            changes,
            [
                Change("install", "new", "0:1-1", "x86_64", "fedora"),
                Change("upgrade", "bash", "0:6-1", "x86_64", "fedora"),
                Change("downgrade", "down", "0:1-1", "x86_64", "fedora"),
                Change("reinstall", "again", "0:1-1", "x86_64", "fedora"),
                Change("erase", "gone", "0:1-1", "x86_64", ""),
                Change("obsoleted", "replaced", "0:1-1", "x86_64", ""),
            ],
        )

    def test_an_error_is_one(self):
        plugin = Plugin(lambda request: {"status": "ERROR", "message": "no such thing"})
        self.addCleanup(plugin.close)
        with self.assertRaisesRegex(ValueError, "no such thing"):
            dnf5.told(plugin.conversation())

    def test_what_goes_wrong_is_a_line_of_dnfs_log_at_debug_level(self):
        plugin = Plugin(replies)
        self.addCleanup(plugin.close)
        plugin.conversation().log("window = x")
        self.assertEqual(
            plugin.requests, [{"op": "log", "args": {"level": "DEBUG", "message": "instantmirror: window = x"}}]
        )

    def test_a_plugin_that_says_nothing_is_one_without_the_mode(self):
        nothing, end = os.pipe()
        os.close(end)
        sink = os.open(os.devnull, os.O_WRONLY)
        self.addCleanup(os.close, nothing)
        self.addCleanup(os.close, sink)
        with self.assertRaisesRegex(ValueError, "no reply"):
            dnf5.told(dnf5.Conversation(nothing, sink))

    def test_the_list_of_packages_is_read(self):
        text = "bash\t0\t5.2\t1.fc42\tx86_64\tfedora\ngpg-pubkey\t0\tabc\tdef\t(none)\t\nodd\n"
        self.assertEqual(
            dnf5.parse(text),
            [
                Package("bash", "0:5.2-1.fc42", "x86_64", "fedora"),
                Package("gpg-pubkey", "0:abc-def", "(none)", ""),
            ],
        )

    def machine(self, script):
        """One whose dnf5 is a shell script; ``$*`` are its arguments."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        program = os.path.join(folder.name, "dnf5")
        with open(program, "w") as file:
            file.write("#!/bin/sh\n" + script)
        os.chmod(program, 0o755)
        return dnf5.Machine([], program)

    def test_packages_are_asked_of_dnf5(self):
        machine = self.machine(
            'test "$*" = "--no-plugins --cacheonly repoquery --queryformat=%{name}\t%{epoch}\t%{version}\t%{release}'
            '\t%{arch}\t%{from_repo}\n --installed" && printf "bash\\t0\\t5\\t1\\tx86_64\\tfedora\\n"'
        )
        self.assertEqual(machine.installed({"fedora": "/"}), [Package("bash", "0:5-1", "x86_64", "fedora")])

    def test_a_package_of_unknown_origin_is_of_the_repository_that_has_it(self):
        machine = self.machine(
            """case "$*" in
            *--installed) printf 'a\\t0\\t1\\t1\\tnoarch\\tanaconda\\nb\\t0\\t1\\t1\\tnoarch\\t\\n' ;;
            *" --available --repo=fedora a b") printf 'a\\t0\\t1\\t1\\tnoarch\\tfedora\\nb\\t0\\t2\\t1\\tnoarch\\tfedora\\n' ;;
            *) exit 1 ;;
            esac"""
        )
        self.assertEqual(
            machine.installed({"fedora": "/"}),
            [Package("a", "0:1-1", "noarch", "fedora"), Package("b", "0:1-1", "noarch", "")],
        )

    def test_without_a_cache_unknown_origins_stay_so(self):
        machine = self.machine(
            """case "$*" in
            *--installed) printf 'a\\t0\\t1\\t1\\tnoarch\\tanaconda\\n' ;;
            *) exit 1 ;;
            esac"""
        )
        self.assertEqual(machine.installed({"fedora": "/"}), [Package("a", "0:1-1", "noarch", "")])

    def test_a_dnf5_that_fails_is_no_empty_list(self):
        with self.assertRaises(subprocess.CalledProcessError):
            self.machine("exit 1").installed({})

    def test_the_detached_process_holds_nothing_of_its_callers(self):
        """Its caller reads to the end of the output: it must come though the process goes on."""
        go_on, gate = os.pipe()
        source = (
            "import os, sys\nsys.path.insert(0, %r)\nfrom instantmirror_client import dnf5\n"
            "if dnf5.detached():\n os.read(%d, 1)\n"
        ) % (os.path.join(os.path.dirname(__file__), ".."), go_on)
        try:
            called = subprocess.run(
                [sys.executable, "-c", source], stdout=subprocess.PIPE, pass_fds=[go_on], timeout=30
            )
            self.assertEqual(called.returncode, 0)
        finally:
            os.write(gate, b"x")
            os.close(gate)
            os.close(go_on)

    def test_a_process_is_awaited_for_so_long_at_most(self):
        times = iter(range(100))
        slept = []
        dnf5.await_end(os.getpid(), 5, sleep=slept.append, clock=lambda: next(times))
        self.assertEqual(len(slept), 4)

    def test_the_line_for_dnf5_has_the_documented_form(self):
        path = os.path.join(os.path.dirname(__file__), "..", "conf", "instantmirror.actions")
        with open(path) as file:
            lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
        self.assertEqual(len(lines), 1)
        callback, package_filter, direction, options, command = lines[0].split(":", 4)
        self.assertEqual((callback, package_filter, direction), ("post_transaction", "", ""))
        self.assertEqual(options.split(), ["enabled=host-only", "mode=json"])
        self.assertEqual(command, "/usr/bin/instantmirror-client dnf5-action ${pid}")

"""What a dnf 5 knows of its machine: by its ``actions`` plugin, and by its command.

The plugin speaks JSON on standard input and output of the program that it runs, and waits for its end; see
libdnf5-actions(8), "mode=json".
"""

import json
import os
import re
import subprocess
import time

from . import mirror, packages

PROGRAM = "/usr/bin/dnf5"

_ACTIONS = {
    "I": packages.INSTALL,
    "U": packages.UPGRADE,
    "D": packages.DOWNGRADE,
    "R": packages.REINSTALL,
    "E": packages.ERASE,
    "O": packages.OBSOLETED,
}
#: Asked for in this order of a repository without a base URL, until it has one of them.
_LISTS = ("metalink", "mirrorlist")
_TAGS = ("name", "epoch", "version", "release", "arch")


class Machine(object):
    """See :class:`report.Reporter`.

    ``repositories`` are those of the last transaction: dnf5 tells them to its actions only.
    """

    def __init__(self, repositories, program=PROGRAM):
        self._repositories = repositories
        self._program = program

    def repositories(self):
        return self._repositories

    def installed(self, paths):
        """The packages of now; those of unknown origin where a repository of the mirror has them, see dnf4.Machine.

        It takes its time: no transaction waits for it.
        """
        found = self._query("from_repo", ["--installed"])
        names = packages.strays(found)
        if not names or not paths:
            return packages.settled(found, [])
        try:
            available = self._query("repoid", ["--available", "--repo=" + ",".join(sorted(paths))] + names)
        except subprocess.CalledProcessError:
            # One of them isn't in dnf's cache.
            available = []
        return packages.settled(found, available)

    def _query(self, repo, arguments):
        # The characters themselves: not every version has escapes, and some add an empty line.
        query_format = "\t".join("%{" + tag + "}" for tag in _TAGS + (repo,)) + "\n"
        listed = subprocess.check_output(
            [self._program, "--no-plugins", "--cacheonly", "repoquery", "--queryformat=" + query_format]
            + arguments,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )
        return parse(listed.decode("utf-8", "replace"))


def parse(listed):
    """The packages of what :class:`Machine` has dnf5 print."""
    found = []
    for line in listed.splitlines():
        fields = line.split("\t")
        if len(fields) == len(_TAGS) + 1:
            name, epoch, version, release, arch, repo = fields
            found.append(packages.Package(name, packages.evr(epoch, version, release), arch, repo))
    return found


class Refusal(ValueError):
    """The plugin answers a request with an error."""


class Conversation(object):
    """Requests to the actions plugin and its replies, on two file descriptors."""

    def __init__(self, replies=0, requests=1):
        self._replies = replies
        self._requests = requests
        self._read = ""

    def get(self, domain, **arguments):
        """What ``return`` holds of the reply. Raises Refusal if it is an error, ValueError if there is none."""
        request = {"op": "get", "domain": domain, "args": arguments}
        os.write(self._requests, (json.dumps(request) + "\n").encode())
        reply = self._reply()
        if reply.get("status") != "OK":
            raise Refusal("%s: %s" % (domain, reply.get("message")))
        return reply["return"]

    def log(self, message):
        """A line of dnf5's log, at debug level."""
        request = {"op": "log", "args": {"level": "DEBUG", "message": "instantmirror: " + message}}
        os.write(self._requests, (json.dumps(request) + "\n").encode())
        self._reply()

    def _reply(self):
        # A reply need not be a line.
        while True:
            text = self._read.lstrip()
            try:
                reply, end = json.JSONDecoder().raw_decode(text)
                self._read = text[end:]
                return reply
            except ValueError:
                more = os.read(self._replies, 1 << 16)
                if not more:
                    raise ValueError("no reply")
                # Names of packages are ASCII; what isn't could be cut in two here, and is in no answer of ours.
                self._read += more.decode("utf-8", "replace")


def told(conversation):
    """What the plugin tells of the transaction that is over: its repositories, and its changes."""
    bases, proxies = _values(conversation, "*.baseurl"), _values(conversation, "*.proxy")
    repositories = []
    for repo, text in sorted(bases.items()):
        urls = tuple(url for url in re.split(r"[,\s]+", text) if url)
        lists = {} if urls else _list(conversation, repo)
        repositories.append(
            mirror.Repository(
                repo, urls, lists.get("metalink", ""), lists.get("mirrorlist", ""), proxies.get(repo, "")
            )
        )
    wanted = ["action", "name", "epoch", "version", "release", "arch", "repo_id"]
    listed = conversation.get("trans_packages", output=wanted)["trans_packages"]
    return repositories, changes(listed)


def _list(conversation, repo):
    """Where the list of a repository's mirrors is.

    For all repositories at once they can't be asked: where one of them has no such option the whole answer is an error,
    which also is a line in dnf's log.
    """
    for option in _LISTS:
        found = _values(conversation, repo + "." + option).get(repo)
        if found:
            return {option: found}
    return {}


def _values(conversation, key):
    """What each repository has as that option; of ``*.name`` those of all. Nothing if it isn't set."""
    try:
        pairs = conversation.get("conf", key=key)["keys_val"]
    except Refusal:
        return {}
    return {pair["key"].rpartition(".")[0]: pair["value"] for pair in pairs}


def changes(listed):
    """The changes of a transaction's packages, as the plugin tells them.

    It says "O" of all that was replaced; replaced by another version of its own it isn't obsoleted.
    """
    stays = {(each["name"], each["arch"]) for each in listed if each["action"] in "IUDR"}
    found = []
    for each in listed:
        action = _ACTIONS.get(each["action"])
        if action is None or (action in packages.OUTGOING and (each["name"], each["arch"]) in stays):
            continue
        repo = "" if action in packages.OUTGOING else each["repo_id"]
        evr = packages.evr(each["epoch"], each["version"], each["release"])
        found.append(packages.Change(action, each["name"], evr, each["arch"], repo))
    return found


def detached():
    """Whether this is the process that goes on by itself: no child of its caller, without its terminal and pipes.

    The caller, who waits for the end of its process and for the end of its output, gets both at once.
    """
    if os.fork():
        return False
    os.setsid()
    if os.fork():
        os._exit(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.chdir("/")
    return True


def await_end(pid, seconds, sleep=time.sleep, clock=time.monotonic):
    """Waits for a process that isn't ours to end, but for so long at most."""
    end = clock() + seconds
    while os.path.exists("/proc/%d" % pid) and clock() < end:
        sleep(0.1)

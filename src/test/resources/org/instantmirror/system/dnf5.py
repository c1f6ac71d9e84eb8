"""Stands for a dnf5 after a transaction: runs what the actions file says as libdnf5-actions(8) describes it.

Arguments: base URLs of the repositories "samples" and "private". Fails if the action isn't over at once.
"""

import json
import os
import shlex
import subprocess
import sys
import time

FILE = "/etc/dnf/libdnf5-plugins/actions.d/instantmirror.actions"


def package(action, name, version, repo):
    return {
        "action": action,
        "name": name,
        "epoch": "0",
        "version": version,
        "release": "1",
        "arch": "noarch",
        "repo_id": repo,
    }


TRANSACTION = [package("I", "hello", "1.0", "samples"), package("I", "tilde", "3.0~beta2", "private")]
CONF = {"samples": {"baseurl": sys.argv[1]}, "private": {"baseurl": sys.argv[2]}}


DEFAULTS = {"baseurl": "", "proxy": ""}


def reply(request):
    """The part of a reply that tells; an option that isn't set, in one of the repositories, is an error."""
    if request["domain"] == "conf":
        pattern, _, option = request["args"]["key"].rpartition(".")
        matching = {repo: values for repo, values in CONF.items() if pattern in ("*", repo)}
        if any(option not in values and option not in DEFAULTS for values in matching.values()):
            return {"status": "ERROR", "message": "Cannot get repo config option"}
        pairs = [
            {"key": repo + "." + option, "value": values.get(option, DEFAULTS.get(option))}
            for repo, values in matching.items()
        ]
        return {"status": "OK", "return": {"keys_val": pairs}}
    assert request["domain"] == "trans_packages", request
    wanted = request["args"]["output"]
    listed = [{name: each[name] for name in wanted} for each in TRANSACTION]
    return {"status": "OK", "return": {"trans_packages": listed}}


with open(FILE) as file:
    line = [each.strip() for each in file if each.strip() and not each.startswith("#")][0]
callback, package_filter, direction, options, command = line.split(":", 4)
assert callback == "post_transaction" and "mode=json" in options.split(), line
begin = time.monotonic()
child = subprocess.Popen(
    shlex.split(command.replace("${pid}", str(os.getpid()))), stdin=subprocess.PIPE, stdout=subprocess.PIPE
)
for raw in child.stdout:
    request = json.loads(raw.decode())
    answer = {"op": "reply", "requested_op": request["op"], "domain": request["domain"]}
    answer.update(reply(request))
    child.stdin.write((json.dumps(answer) + "\n").encode())
    child.stdin.flush()
assert child.wait() == 0
took = time.monotonic() - begin
# The server that it reports to hangs: only the machine's load makes it this slow.
assert took < 30, took
print("the action took %.2f s" % took)

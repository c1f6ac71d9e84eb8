"""The document that is reported, version 1. Pure.

``docs/usage-report.schema.json`` of the server's sources describes it.
"""

import gzip
import hashlib
import io
import json

from . import window

VERSION = 1

#: More than any machine has; a report stays well below what the server takes.
MOST_INSTALLED = 20000


def of_mirror(entries, paths):
    """Those packages or changes that came from the mirror."""
    return sorted(entry for entry in set(entries) if entry.repo in paths)


def document(client, start, period, paths, installed, changes, unchanged):
    """The report, as a mapping in the order of the schema.

    ``paths`` tells the mirror's repositories; whatever came from another one is left out here, at the latest.
    ``unchanged`` says that the server has the list of installed packages already.
    """
    ours = of_mirror(installed, paths)[:MOST_INSTALLED]
    # In the order in which it happened.
    happened = [change for change in changes if change.repo in paths]
    named = {entry.repo for entry in ours} | {change.repo for change in happened}
    report = {
        "version": VERSION,
        "client": client,
        "window": window.text(start),
        "period": period,
        "repos": {repo: paths[repo] for repo in sorted(named)},
    }
    if unchanged:
        report["unchanged"] = True
    else:
        report["installed"] = [list(package) for package in ours]
    report["changes"] = [list(change) for change in happened]
    return report


def fingerprint(installed, paths):
    """What two equal lists of installed packages have in common."""
    ours = [list(package) + [paths[package.repo]] for package in of_mirror(installed, paths)]
    return hashlib.sha256(json.dumps(ours).encode()).hexdigest()


def text(report):
    """The report as it is sent: every preview prints this, and nothing else is sent."""
    return json.dumps(report, ensure_ascii=False, separators=(",", ":"))


def packed(report):
    """The bytes that go over the line: the text in gzip, the same for the same text."""
    # Not gzip.compress: it takes no time before Python 3.8.
    packed_text = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed_text, mode="wb", mtime=0) as stream:
        stream.write(text(report).encode("utf-8"))
    return packed_text.getvalue()

"""Which of a client's repositories are the mirror's. Pure.

What isn't one of them is nobody's business but the client's, and is left out of every report.
"""

import collections
from urllib.parse import parse_qsl, quote, unquote, urlsplit

#: A configured repository, its variables filled in; empty where it has none.
Repository = collections.namedtuple("Repository", "id baseurls metalink mirrorlist proxy")

_PORTS = {"http": 80, "https": 443}

#: Where the mirror has repositories; what else is below its root, such as /client/, isn't one of those it learns of.
_ROOT = "mirror/"

#: The variables of a repository's path, in the order in which the server has them.
_VARIABLES = ("releasever", "stream", "basearch", "arch")


def paths(repositories, server):
    """The mirror's repositories: a mapping of id to the path of the base URL below the server's root."""
    found = {}
    for repository in repositories:
        path = path_of(repository, server)
        if path:
            found[repository.id] = path
    return found


def path_of(repository, server):
    """Such as ``/mirror/fedora/42/x86_64/``; None if the repository isn't the mirror's."""
    for url in repository.baseurls:
        rest = below(url, server)
        if rest is not None and rest.startswith(_ROOT):
            return _folder("/" + rest.split("?")[0])
    for url in (repository.metalink, repository.mirrorlist):
        rest = below(url, server)
        if rest is not None:
            path = _listed(rest)
            if path:
                return path
    return _proxied(repository, server)


def below(url, server):
    """What of the URL is below the server's root, without a slash in front; None if it is elsewhere."""
    if not url:
        return None
    try:
        there, root = urlsplit(url), urlsplit(server)
        same = _origin(there) == _origin(root)
    except ValueError:
        return None
    if not same or not there.path.startswith(root.path):
        return None
    rest = there.path[len(root.path):].lstrip("/")
    return rest + "?" + there.query if there.query else rest


def _origin(parts):
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)


def _folder(path):
    return path if path.endswith("/") else path + "/"


def _listed(rest):
    """The base URL's path of what asks for a list: ``metalink/fedora?releasever=42&basearch=x86_64``."""
    path, _, query = rest.partition("?")
    kind, _, repo = path.partition("/")
    if kind not in ("metalink", "mirrorlist") or not repo:
        return None
    values = dict(parse_qsl(query))
    folders = [repo] + [quote(values[name]) for name in _VARIABLES if values.get(name)]
    if values.get("path"):
        folders.append(quote(values["path"].strip("/")))
    return _folder("/" + _ROOT + "/".join(folders))


def _proxied(repository, server):
    """A repository that is asked through the mirror as a proxy, which caches it below its host.

    Only http: what goes through a tunnel is hidden from the mirror, and stays so.
    """
    if not repository.proxy:
        return None
    try:
        if urlsplit(repository.proxy).hostname != urlsplit(server).hostname:
            return None
        for url in repository.baseurls:
            parts = urlsplit(url)
            if parts.scheme == "http" and parts.hostname:
                host = parts.hostname + (":%d" % parts.port if parts.port not in (None, 80) else "")
                return _folder("/" + _ROOT + "_proxy/" + host + quote(unquote(parts.path), safe="/+~:@$,!*'()"))
    except ValueError:
        return None
    return None

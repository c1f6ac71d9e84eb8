"""What a dnf 4 knows of its machine, by its Python API."""

import time

import dnf
import dnf.rpm
import dnf.sack
import dnf.transaction

from . import mirror, packages

_ACTIONS = {
    dnf.transaction.PKG_INSTALL: packages.INSTALL,
    dnf.transaction.PKG_OBSOLETE: packages.INSTALL,
    dnf.transaction.PKG_UPGRADE: packages.UPGRADE,
    dnf.transaction.PKG_DOWNGRADE: packages.DOWNGRADE,
    dnf.transaction.PKG_REINSTALL: packages.REINSTALL,
    dnf.transaction.PKG_REMOVE: packages.ERASE,
    dnf.transaction.PKG_OBSOLETED: packages.OBSOLETED,
}


class Machine(object):
    """See :class:`report.Reporter`. ``until`` is when, on the monotonic clock, a list must be there; None for any time."""

    def __init__(self, base):
        self.base = base
        self.until = None

    def repositories(self):
        """All that are configured, enabled or not: a package stays where it came from."""
        return [
            mirror.Repository(
                repo.id,
                tuple(repo.baseurl or ()),
                repo.metalink or "",
                repo.mirrorlist or "",
                repo.proxy or "",
            )
            for repo in self.base.repos.values()
        ]

    def installed(self, paths):
        """The packages of now, after a transaction, too; those of unknown origin where a repository has them.

        Only the mirror's repositories, the keys of ``paths``, are looked through for those. Raises TooSlow.
        """
        # Only this sees what a transaction of this process has done.
        sack = dnf.sack.rpmdb_sack(self.base)
        found = []
        for each in sack.query().installed():
            if self.until is not None and time.monotonic() > self.until:
                raise packages.TooSlow("%d packages in the time there was" % len(found))
            found.append(_package(each, self.base.history.repo(each)))
        return packages.settled(found, self._available(packages.strays(found), paths))

    def _available(self, names, paths):
        if not names or not paths or self.base.sack is None:
            return []
        query = self.base.sack.query().available().filter(name=names, reponame=sorted(paths))
        return [_package(each, each.reponame) for each in query]

    def changes(self):
        """What the transaction is going to do; before it, for the origins of what goes are forgotten after it."""
        found = []
        for item in self.base.transaction or ():
            action = _ACTIONS.get(item.action)
            if action:
                repo = self.base.history.repo(item.pkg) if action in packages.OUTGOING else item.from_repo
                evr = packages.evr(item.epoch, item.version, item.release)
                found.append(packages.Change(action, item.name, evr, item.arch, repo or ""))
        return found


def _package(each, repo):
    return packages.Package(each.name, packages.evr(each.epoch, each.version, each.release), each.arch, repo or "")


def machine():
    """This machine, for whoever isn't a plugin; repositories as far as they are in dnf's cache."""
    base = dnf.Base()
    base.conf.read()
    base.conf.substitutions.update_from_etc("/")
    base.conf.substitutions["releasever"] = dnf.rpm.detect_releasever("/") or ""
    base.read_all_repos()
    try:
        base.fill_sack_from_repos_in_cache(load_system_repo=False)
    except (dnf.exceptions.Error, AttributeError):
        # No cache, or a dnf before 4.6.1: packages of unknown origin stay so.
        base.reset(sack=True)
    return Machine(base)

"""Packages and what happened to them. Pure."""

import collections

#: One installed package; ``evr`` always has its epoch, ``repo`` is the id of the repository it came from, or empty.
Package = collections.namedtuple("Package", "name evr arch repo")

#: Something that happened to a package; ``evr`` is the version that came, or the one that went.
Change = collections.namedtuple("Change", "action name evr arch repo")

#: The actions of a change, as the report's schema has them.
INSTALL, UPGRADE, DOWNGRADE, REINSTALL, ERASE, OBSOLETED = ACTIONS = (
    "install",
    "upgrade",
    "downgrade",
    "reinstall",
    "erase",
    "obsoleted",
)

#: The actions that take a package away.
OUTGOING = (ERASE, OBSOLETED)


#: What package managers say of packages that the installer brought, or that were there before their history.
UNKNOWN_ORIGINS = ("", "anaconda", "unknown", "<unknown>")


class TooSlow(Exception):
    """The list of packages takes longer than a transaction may be held up."""


def evr(epoch, version, release):
    """``epoch:version-release``; what has no epoch has epoch 0."""
    return "%d:%s-%s" % (int(epoch or 0), version, release)


def strays(installed):
    """The names of those whose origin isn't known, sorted."""
    return sorted({package.name for package in installed if package.repo in UNKNOWN_ORIGINS})


def settled(installed, available):
    """The packages, where strays belong to the repository that has the very same one, if one does."""
    listed = {package[:3]: package.repo for package in available}
    return [
        package._replace(repo=listed.get(package[:3], "")) if package.repo in UNKNOWN_ORIGINS else package
        for package in installed
    ]


def with_origins(changes, installed):
    """The changes, where those of packages that went have the repository they had come from.

    A package manager says of a package that goes that it is the system's; ``installed`` are those of before.
    """
    origins = {package[:3]: package.repo for package in installed}
    return [
        change._replace(repo=origins.get((change.name, change.evr, change.arch), ""))
        if change.action in OUTGOING and not change.repo
        else change
        for change in changes
    ]

import gzip
import json
import os
import re
import unittest

from instantmirror_client import document, packages
from instantmirror_client.packages import Change, Package

SCHEMA = os.path.join(os.path.dirname(__file__), "..", "..", "..", "docs", "usage-report.schema.json")
PATHS = {"fedora": "/mirror/fedora/42/x86_64/", "updates": "/mirror/updates/42/x86_64/"}
CLIENT = "AAAAAAAAAAAAAAAAAAAAAA"


def made(installed=(), changes=(), unchanged=False):
    return document.document(CLIENT, 1795392000, 86400, PATHS, installed, changes, unchanged)


def faults(value, schema, root, place="$"):
    """The words of JSON Schema that ours uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    kind = schema.get("type")
    if kind and not (isinstance(value, kinds[kind]) and (kind != "integer" or not isinstance(value, bool))):
        return ["%s is no %s" % (place, kind)]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append("%s isn't %r" % (place, schema["const"]))
    if "enum" in schema and value not in schema["enum"]:
        found.append("%s is none of them" % place)
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append("%s doesn't match" % place)
        if len(value) > schema.get("maxLength", len(value)):
            found.append("%s is too long" % place)
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append("%s is out of range" % place)
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            found.append("%s has too few or too many" % place)
        for index, each in enumerate(value):
            prefix = schema.get("prefixItems", [])
            sub = prefix[index] if index < len(prefix) else schema.get("items", {})
            if sub is False:
                found.append("%s has too many" % place)
            else:
                found += faults(each, sub, root, "%s[%d]" % (place, index))
    if isinstance(value, dict):
        found += ["%s lacks %s" % (place, name) for name in schema.get("required", []) if name not in value]
        if len(value) > schema.get("maxProperties", len(value)):
            found.append("%s has too many" % place)
        for name, each in value.items():
            if "propertyNames" in schema:
                found += faults(name, schema["propertyNames"], root, place + " name")
            sub = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            if sub is False:
                found.append("%s has %s" % (place, name))
            else:
                found += faults(each, sub, root, "%s.%s" % (place, name))
    if "oneOf" in schema and sum(not faults(value, each, root, place) for each in schema["oneOf"]) != 1:
        found.append("%s is not exactly one of them" % place)
    return found


class DocumentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(SCHEMA) as file:
            cls.schema = json.load(file)

    def test_what_is_made_follows_the_schema(self):
        package = Package("gcc-c++", "1:13.2~rc1^git-1.fc42", "x86_64", "fedora")
        for report in (
            made(),
            made([package], [Change(action, *package) for action in packages.ACTIONS]),
            made([package], (), unchanged=True),
        ):
            self.assertEqual(faults(report, self.schema, self.schema), [])

    def test_the_schemas_examples_follow_it(self):
        self.assertTrue(self.schema["examples"])
        for report in self.schema["examples"]:
            self.assertEqual(faults(report, self.schema, self.schema), [])

    def test_the_schema_refuses_what_is_wrong(self):
        good = made([Package("bash", "0:5-1", "x86_64", "fedora")])
        for wrong in (
            dict(good, version=2),
            dict(good, client="host.example"),
            dict(good, unchanged=True),
            dict(good, hostname="x"),
            dict(good, installed=[["bash", "5-1", "x86_64", "fedora"]]),
            dict(good, installed=[["bash", "0:5-1", "x86_64"]]),
            dict(good, changes=[["remove", "bash", "0:5-1", "x86_64", "fedora"]]),
            dict(good, repos={"fedora": "http://elsewhere/"}),
            {name: value for name, value in good.items() if name != "installed"},
        ):
            self.assertNotEqual(faults(wrong, self.schema, self.schema), [], wrong)

    def test_nothing_of_other_repositories_is_told(self):
        report = document.text(
            made(
                [Package("secret", "0:1-1", "noarch", "private"), Package("stray", "0:1-1", "noarch", "")],
                [Change("install", "secret", "0:1-1", "noarch", "private")],
            )
        )
        self.assertNotIn("secret", report)
        self.assertNotIn("stray", report)
        self.assertNotIn("private", report)

    def test_only_repositories_that_something_came_from_are_told(self):
        report = made([Package("bash", "0:5-1", "x86_64", "updates")])
        self.assertEqual(report["repos"], {"updates": PATHS["updates"]})

    def test_packages_are_sorted_and_changes_are_in_their_order(self):
        changes = [Change("install", "b", "0:1-1", "noarch", "fedora"), Change("erase", "a", "0:1-1", "noarch", "fedora")]
        report = made(
            [Package("b", "0:1-1", "noarch", "fedora"), Package("a", "0:1-1", "noarch", "fedora")], changes
        )
        self.assertEqual([each[0] for each in report["installed"]], ["a", "b"])
        self.assertEqual([each[1] for each in report["changes"]], ["b", "a"])

    def test_an_unchanged_list_is_not_sent(self):
        report = made([Package("bash", "0:5-1", "x86_64", "fedora")], (), unchanged=True)
        self.assertNotIn("installed", report)
        self.assertIs(report["unchanged"], True)

    def test_packed_is_the_text_and_the_same_each_time(self):
        report = made([Package("bash", "0:5-1", "x86_64", "fedora")])
        self.assertEqual(gzip.decompress(document.packed(report)).decode(), document.text(report))
        self.assertEqual(document.packed(report), document.packed(report))

    def test_the_fingerprint_is_of_the_mirrors_packages_and_their_paths(self):
        bash = Package("bash", "0:5-1", "x86_64", "fedora")
        same = document.fingerprint([bash], PATHS)
        self.assertEqual(document.fingerprint([bash, Package("s", "0:1-1", "noarch", "private")], PATHS), same)
        self.assertNotEqual(document.fingerprint([bash._replace(evr="0:6-1")], PATHS), same)
        self.assertNotEqual(document.fingerprint([bash], dict(PATHS, fedora="/mirror/other/")), same)

    def test_versions_always_have_an_epoch(self):
        self.assertEqual(packages.evr("", "1", "2"), "0:1-2")
        self.assertEqual(packages.evr(None, "1", "2"), "0:1-2")
        self.assertEqual(packages.evr("3", "1", "2"), "3:1-2")

    def test_packages_that_went_have_the_origin_that_they_had(self):
        before = [Package("a", "0:1-1", "noarch", "fedora")]
        changes = [
            Change("erase", "a", "0:1-1", "noarch", ""),
            Change("erase", "b", "0:1-1", "noarch", ""),
            Change("install", "c", "0:1-1", "noarch", "updates"),
        ]
        self.assertEqual(
            [change.repo for change in packages.with_origins(changes, before)], ["fedora", "", "updates"]
        )

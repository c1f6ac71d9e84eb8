import ast
import glob
import os
import sys
import unittest

ROOT = os.path.join(os.path.dirname(__file__), "..")
STANDARD = {
    "argparse base64 collections configparser contextlib datetime errno fcntl gzip hashlib http io json logging os re"
    " signal ssl subprocess sys tempfile time urllib"
}


class SourcesTest(unittest.TestCase):
    def sources(self):
        return glob.glob(os.path.join(ROOT, "*.py")) + glob.glob(os.path.join(ROOT, "[id]*", "*.py"))

    def test_python_3_6_reads_them(self):
        self.assertGreater(len(self.sources()), 10)
        options = {"feature_version": (3, 6)} if sys.version_info >= (3, 8) else {}
        for path in self.sources():
            with open(path, encoding="utf-8") as file:
                ast.parse(file.read(), path, **options)

    def test_nothing_but_the_standard_library_and_dnf_is_imported(self):
        allowed = set(" ".join(STANDARD).split()) | {"dnf", "libdnf", "instantmirror_client"}
        for path in self.sources():
            with open(path, encoding="utf-8") as file:
                tree = ast.parse(file.read(), path)
            for node in ast.walk(tree):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    names = [node.module]
                for name in names:
                    self.assertIn(name.split(".")[0], allowed, path)

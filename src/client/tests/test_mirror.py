import unittest

from instantmirror_client import mirror
from instantmirror_client.mirror import Repository

SERVER = "http://mirror.example:8080/"


def path(server=SERVER, **fields):
    blank = {"id": "r", "baseurls": (), "metalink": "", "mirrorlist": "", "proxy": ""}
    return mirror.path_of(Repository(**dict(blank, **fields)), server)


class MirrorTest(unittest.TestCase):
    def test_a_base_url_below_the_server_is_its(self):
        self.assertEqual(path(baseurls=(SERVER + "mirror/fedora/42/x86_64/",)), "/mirror/fedora/42/x86_64/")
        self.assertEqual(path(baseurls=(SERVER + "mirror/fedora/42/x86_64",)), "/mirror/fedora/42/x86_64/")

    def test_one_of_several_base_urls_is_enough(self):
        self.assertEqual(path(baseurls=("http://dl.example/f/", SERVER + "mirror/f/")), "/mirror/f/")

    def test_another_host_port_or_scheme_is_not(self):
        for url in (
            "http://mirror.example.evil:8080/mirror/f/",
            "http://mirror.example:8081/mirror/f/",
            "http://mirror.example/mirror/f/",
            "https://mirror.example:8080/mirror/f/",
            "file:///mirror/f/",
            "http://[broken/mirror/f/",
        ):
            with self.subTest(url=url):
                self.assertIsNone(path(baseurls=(url,)))

    def test_hosts_are_compared_without_case_and_default_ports_without_number(self):
        self.assertEqual(path("http://m.example/", baseurls=("http://M.Example:80/mirror/f/",)), "/mirror/f/")
        self.assertEqual(path("https://m.example/", baseurls=("https://m.example:443/mirror/f/",)), "/mirror/f/")

    def test_a_server_below_a_context_path(self):
        server = "http://m.example/instantmirror/"
        self.assertEqual(path(server, baseurls=(server + "mirror/f/",)), "/mirror/f/")
        self.assertIsNone(path(server, baseurls=("http://m.example/mirror/f/",)))

    def test_lists_of_the_mirror_name_the_base_url_that_they_stand_for(self):
        query = "repo=x&basearch=x86_64&releasever=42&countme=1"
        self.assertEqual(path(metalink=SERVER + "metalink/fedora?" + query), "/mirror/fedora/42/x86_64/")
        self.assertEqual(path(mirrorlist=SERVER + "mirrorlist/fedora?" + query), "/mirror/fedora/42/x86_64/")
        self.assertEqual(path(mirrorlist=SERVER + "mirrorlist/plain"), "/mirror/plain/")
        self.assertEqual(
            path(metalink=SERVER + "metalink/rocky?releasever=9&path=BaseOS/x86_64/os"),
            "/mirror/rocky/9/BaseOS/x86_64/os/",
        )

    def test_what_else_the_mirror_has_is_no_repository_that_it_learns_of(self):
        for url in (SERVER + "client/", SERVER, SERVER + "repos/f/", SERVER + "mirrors/f/"):
            self.assertIsNone(path(baseurls=(url,)))

    def test_lists_elsewhere_are_not_its(self):
        self.assertIsNone(path(metalink="https://mirrors.example/metalink/fedora?releasever=42"))
        self.assertIsNone(path(metalink=SERVER + "other/fedora"))

    def test_through_the_mirror_as_a_proxy_http_is_its_and_https_is_not(self):
        proxy = "http://mirror.example:3128"
        self.assertEqual(
            path(proxy=proxy, baseurls=("http://dl.example/pub/f/",)), "/mirror/_proxy/dl.example/pub/f/"
        )
        self.assertEqual(
            path(proxy=proxy, baseurls=("http://dl.example:81/f",)), "/mirror/_proxy/dl.example:81/f/"
        )
        self.assertIsNone(path(proxy=proxy, baseurls=("https://dl.example/pub/f/",)))
        self.assertIsNone(path(proxy="http://other.example:3128", baseurls=("http://dl.example/pub/f/",)))

    def test_no_secret_of_a_url_is_told(self):
        told = path(baseurls=("http://me:secret@mirror.example:8080/mirror/f/?token=secret",))
        self.assertEqual(told, "/mirror/f/")

    def test_only_the_mirrors_are_told(self):
        repositories = [
            Repository("a", (SERVER + "mirror/a/",), "", "", ""),
            Repository("b", ("http://other.example/b/",), "", "", ""),
        ]
        self.assertEqual(mirror.paths(repositories, SERVER), {"a": "/mirror/a/"})

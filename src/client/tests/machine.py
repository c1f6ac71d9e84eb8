"""A machine whose packages and repositories a test chooses, and a server that does as it is told."""

import gzip
import http.server
import json
import threading

from instantmirror_client.mirror import Repository
from instantmirror_client.packages import Package

SERVER = "http://mirror.example:8080/"

FEDORA = Repository("fedora", (SERVER + "mirror/fedora/42/x86_64/",), "", "", "")
ELSEWHERE = Repository("private", ("http://other.example/mirror/private/",), "", "", "")

BASH = Package("bash", "0:5.2-1.fc42", "x86_64", "fedora")
SECRET = Package("secret", "0:1-1", "noarch", "private")


class Machine(object):
    """See ``report.Reporter``; its lists may be changed."""

    def __init__(self):
        self.known = [FEDORA, ELSEWHERE]
        self.has = [BASH, SECRET]

    def repositories(self):
        return self.known

    def installed(self, paths):
        return self.has


class Clock(object):
    """Time that passes when a test says so."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


class Server(object):
    """Takes reports on a port of its own; ``answer`` is the status, ``hold`` is waited for before each answer."""

    def __init__(self):
        self.reports = []
        self.paths = []
        self.fields = []
        self.status = 202
        self.answer = b""
        self.retry_after = None
        self.hold = threading.Event()
        self.hold.set()
        self.asked = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.set()
                outer.paths.append(self.path)
                outer.fields.append(dict(self.headers))
                outer.hold.wait()
                outer.reports.append(gzip.decompress(body).decode())
                self.send_response(outer.status)
                if outer.retry_after:
                    self.send_header("Retry-After", outer.retry_after)
                self.send_header("Content-Length", str(len(outer.answer)))
                self.end_headers()
                if outer.answer:
                    # Not an empty write: who asked may be gone by now.
                    self.wfile.write(outer.answer)

            def log_message(self, format, *args):
                pass

        self._http = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.daemon = True
        self._thread.start()

    @property
    def url(self):
        return "http://127.0.0.1:%d/" % self._http.server_port

    def documents(self):
        return [json.loads(report) for report in self.reports]

    def close(self):
        self.hold.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

"""What an InstantMirror learns of the packages of its clients, and how a client tells it.

Python 3.6 and later (RHEL 8's platform-python), and nothing but its standard library. The modules, from
the bottom up: ``settings``, ``packages``, ``mirror`` and ``window`` are pure; ``state`` and ``sending`` do the
I/O; ``report`` decides and makes a report; ``dnf4``, ``dnf5`` and ``command`` are what is thin around it.
"""

VERSION = "1.0"

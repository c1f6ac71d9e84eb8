#!/bin/sh
# The Python that has dnf's modules: RHEL 8's is not in the path.
python=/usr/bin/python3
[ -x /usr/libexec/platform-python ] && python=/usr/libexec/platform-python
exec "$python" -I /usr/share/instantmirror-client/main.py "$@"

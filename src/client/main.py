"""What ``instantmirror-client`` runs, with whichever Python the package manager uses."""

import os
import sys

# No package owns what would be written beside the sources.
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from instantmirror_client import command  # noqa: E402 (the path comes first)

sys.exit(command.main())

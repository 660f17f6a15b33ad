"""The frozen program."""

import sys

from microdesigner.cli.desktop import main

sys.exit(main())

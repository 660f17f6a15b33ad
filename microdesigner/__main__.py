"""`python -m microdesigner`: the same program as the command."""

import sys

from microdesigner.cli.main import main

sys.exit(main())

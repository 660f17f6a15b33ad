"""Writes models as a collection: `python packaging/model_collection.py OUT MODEL...`, to be put onto a web server or
a shared folder, from where `microdesigner models install NAME --from PLACE` takes them."""

import sys
from pathlib import Path

from microdesigner.core.errors import MicrodesignerError
from microdesigner.models.bundle import find_bundle
from microdesigner.models.collection import write_collection

if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        write_collection([find_bundle(name) for name in sys.argv[2:]], Path(sys.argv[1]))
    except MicrodesignerError as error:
        sys.exit(str(error))

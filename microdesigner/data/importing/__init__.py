"""Own data as a training set: find volumes, ask what files do not say, segment, cut, measure, keep apart, check.

`find_volumes` tells what lies in files and folders, an `ImportPlan` holds every answer, and `import_dataset` carries it
out.
"""

from microdesigner.data.importing.plan import Cut, ImportPlan
from microdesigner.data.importing.recipes import RecipeTable, read_recipes
from microdesigner.data.importing.run import import_dataset
from microdesigner.data.importing.sources import FoundVolumes, SourceVolume, find_volumes, source_volumes
from microdesigner.io.orientation import Face
from microdesigner.io.segmentation import Segmentation

__all__ = [
    "Cut",
    "Face",
    "FoundVolumes",
    "ImportPlan",
    "RecipeTable",
    "Segmentation",
    "SourceVolume",
    "find_volumes",
    "import_dataset",
    "read_recipes",
    "source_volumes",
]

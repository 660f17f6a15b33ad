"""The model card: everything about a model that can be known without loading its weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.domain_sizes import DomainSizes, SizeResponse
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Lateral
from microdesigner.core.paths import shipped, user_data
from microdesigner.core.request import Request
from microdesigner.core.response import ResponseSurface
from microdesigner.core.support import Support

SCHEMA = 1
CARD_FILE = "model.json"
DENOISER_MULTIPLE = 4
PARTS = ("vae", "fp", "ddpm")


@dataclass(frozen=True)
class Parameter:
    """A condition or processing parameter: its range in the training data and its histogram there (equal bins)."""

    name: str
    low: float
    high: float
    histogram: tuple[int, ...] = ()


@dataclass(frozen=True)
class ModelCard:
    """A bundle's model.json. `document` is the whole of it; the properties are what the program reads."""

    document: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read and check model.json; raises InputError naming the file."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(f"{path} does not exist; a model bundle needs its model.json.") from None
        except (ValueError, OSError) as error:
            raise InputError(f"{path} cannot be read as a model card ({error}); copy the bundle again.") from None
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise InputError(f"{path} is not a model card of schema {SCHEMA}; use a bundle made for this version.")
        missing = [
            key
            for key in ("name", "phases", "shape", "conditions", "process", "latent", "parts")
            if key not in document
        ]
        if missing:
            raise InputError(f"{path} lacks the entry '{missing[0]}'; copy the bundle again.")
        return cls(document)

    @property
    def name(self) -> str:
        """Name by which requests and commands call the model."""
        return str(self.document["name"])

    @property
    def phase_names(self) -> tuple[str, ...]:
        """Names of the labels 0, 1, ..."""
        return tuple(self.document["phases"])

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along x, y, z that the model was trained on."""
        x, y, z = self.document["shape"]
        return int(x), int(y), int(z)

    @property
    def voxel_nm(self) -> tuple[float, float, float]:
        """Voxel edges along x, y, z in nm."""
        x, y, z = self.document.get("voxel_nm", (1.0, 1.0, 1.0))
        return float(x), float(y), float(z)

    @property
    def lateral(self) -> Lateral:
        """Lateral boundary of the training data, and so of what the model generates."""
        return "no-flux" if self.document.get("lateral") == "no-flux" else "periodic"

    @property
    def conditions(self) -> tuple[Parameter, ...]:
        """What can be asked for."""
        return _parameters(self.document["conditions"])

    @property
    def middle(self) -> dict[str, float]:
        """The targets in the middle of every condition's trained range."""
        return {condition.name: (condition.low + condition.high) / 2 for condition in self.conditions}

    @property
    def process(self) -> tuple[Parameter, ...]:
        """The recipe's parameters; empty when the training data had none."""
        return _parameters(self.document["process"])

    @property
    def support(self) -> Support | None:
        """The sample of training conditions, where the card holds one."""
        points = self.document.get("support")
        names = tuple(condition.name for condition in self.conditions)
        return Support(names, np.asarray(points, dtype=np.float64)) if points else None

    @property
    def domain_sizes(self) -> DomainSizes | None:
        """Domain sizes of the sample of training films, where the denoiser is told one."""
        if not (sizes := self.document.get("domain_sizes")):
            return None
        support = self.support
        try:
            known = np.asarray(sizes, dtype=np.float64)
        except (TypeError, ValueError):
            known = np.empty(0)
        if support is None or known.shape != support.points.shape[:1] or not ((known > 0) & np.isfinite(known)).all():
            raise InputError(f"The card of {self.name} needs one domain size above 0 per film; copy the bundle again.")
        return DomainSizes(support, known, self._size_response())

    def _size_response(self) -> SizeResponse:
        entries = self.document.get("size_response", {})
        try:
            response = SizeResponse(**{name: float(value) for name, value in entries.items()})
        except (AttributeError, TypeError, ValueError):
            response = SizeResponse(noise=np.nan)
        finite = np.isfinite([response.offset, response.slope, response.noise]).all()
        if not (finite and response.slope > 0 and 0 <= response.noise <= 10):
            raise InputError(
                f"The card of {self.name} needs numbers offset, slope above 0 and noise from 0 to 10 as its "
                "size_response; copy the bundle again."
            )
        return response

    @property
    def response(self) -> ResponseSurface | None:
        """What films of a recipe measure on average, where the card holds it."""
        entry = self.document.get("response")
        return ResponseSurface.from_json(entry) if entry else None

    def check(self, request: Request) -> None:
        """Raise InputError when this model cannot serve `request`."""
        known = {condition.name for condition in self.conditions} | (
            {"vol_frac_A"} if len(self.phase_names) == 3 else set()
        )
        for name in request.targets:
            if name not in known:
                raise InputError(f"The model {self.name} has no target '{name}'; it knows {', '.join(sorted(known))}.")
        self._check_all_given(request)
        if request.size is not None:
            self._check_size(request.size)

    def _check_all_given(self, request: Request) -> None:
        if not self.document.get("needs_all_targets"):
            return
        given = self.conditioned_on(request.targets)
        missing = [condition.name for condition in self.conditions if condition.name not in given]
        if missing:
            raise InputError(f"The model {self.name} leaves no target free; give {', '.join(missing)} too.")

    def _check_size(self, size: tuple[int, int, int]) -> None:
        if self.document.get("fixed_size") and size != self.shape:
            raise InputError(f"The model {self.name} makes volumes of {'×'.join(map(str, self.shape))} voxels only.")
        factor = int(self.document["latent"]["factor"])
        multiple = DENOISER_MULTIPLE * factor  # the denoiser halves the latent twice
        if any(edge % multiple for edge in size):
            raise InputError(
                f"Each edge of size must be a multiple of {multiple} voxels; got {'×'.join(map(str, size))}."
            )
        if np.prod(size, dtype=np.int64) > 1 << 29:
            raise InputError(
                f"A volume of {'×'.join(map(str, size))} voxels is too large to generate; stay below 2^29 voxels."
            )

    def conditioned_on(self, targets: Mapping[str, float]) -> dict[str, float]:
        """`targets` in the model's own conditions: an acceptor fraction becomes the donor or mixed one it implies."""
        wanted = dict(targets)
        acceptor = wanted.pop("vol_frac_A", None)
        if acceptor is None:
            return wanted
        if "vol_frac_M" in wanted and "vol_frac_D" not in wanted:
            wanted["vol_frac_D"] = 1 - acceptor - wanted["vol_frac_M"]
        elif "vol_frac_D" in wanted and "vol_frac_M" not in wanted:
            wanted["vol_frac_M"] = 1 - acceptor - wanted["vol_frac_D"]
        elif "vol_frac_D" not in wanted:
            raise InputError(
                "vol_frac_A alone does not fix the other two fractions; give vol_frac_D or vol_frac_M with it."
            )
        return wanted


def installed_cards() -> list[Path]:
    """The card of every installed bundle, the user's own before the shipped ones: of one name the first counts."""
    roots = (user_data() / "models", shipped("weights"))
    return [path for root in roots for path in sorted(root.glob(f"*/{CARD_FILE}"))]


def _parameters(entries: list[dict[str, Any]]) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(entry["name"], float(entry["low"]), float(entry["high"]), tuple(entry.get("histogram", ())))
        for entry in entries
    )


def describe_parameter(parameter: Parameter) -> str:
    """Tooltip text: title, symbol, unit, trained range, meaning and source."""
    spec = spec_of(parameter.name)
    unit = "" if spec.unit == "1" else f" {spec.unit}"
    trained = f"Trained on {parameter.low:.3g} to {parameter.high:.3g}{unit}."
    return f"{spec.title} ({spec.symbol}, {parameter.name}). {spec.meaning} {trained} Definition: {spec.source}."

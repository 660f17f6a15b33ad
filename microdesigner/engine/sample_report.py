"""A film's labels made a sample: measured, judged, with its recipe and the provenance that makes it again."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from torch import Tensor

from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.software import software
from microdesigner.core.verdict import RequestVerdict, judge_film, judge_request
from microdesigner.core.version import __version__
from microdesigner.descriptors import sample_values
from microdesigner.engine.candidates import Candidate
from microdesigner.engine.differentiable_descriptors import why_not_refined
from microdesigner.engine.prediction import MOST_VOXELS, encoded, predict_properties
from microdesigner.models.bundle import Bundle

Timed = Callable[[str], AbstractContextManager[None]]
"""Takes the time of what it surrounds, by the name of the stage."""


class SampleReport:
    """Tells of the films of one request that `bundle` serves.

    Parameters
    ----------
    bundle : Bundle
    request : Request
    size : tuple of int
        Voxels of its films.
    timed : callable
        Context in which the time of a stage counts.
    """

    def __init__(self, bundle: Bundle, request: Request, size: tuple[int, int, int], timed: Timed) -> None:
        self._bundle, self._card, self._request, self._size, self._timed = bundle, bundle.card, request, size, timed
        self._judged: dict[tuple[float, ...], RequestVerdict] = {}

    def measured(self, phases: PhaseArray, match: dict[str, Any], index: int, requested: Mapping[str, float]) -> Sample:
        """Sample `index` with labels [x, y, z] `phases`, its values and the support of the targets `requested`; `match`
        tells what exact fractions took."""
        edges = self._request.voxel_nm or self._card.voxel_nm
        volume = Microstructure(phases, edges, self._card.lateral, self._card.phase_names)
        with self._timed("measure"):
            names = [*(condition.name for condition in self._card.conditions), *self._request.targets]
            report = sample_values(volume, names)
        seed, support = self._request.seed + index, self._verdict(requested).support
        return Sample(volume, seed, report.values, report.reasons, match=match, support=support)

    def finished(self, index: int, best: Candidate, requested: Mapping[str, float]) -> Sample:
        """The sample of the best candidate, with what the predictor says of its film, and its provenance."""
        sample = best.sample
        with self._timed("predict"):
            prediction = predict_properties(self._bundle, self._latent(best), sample.seed, sample.measured)
        film = judge_film(self._card, sample.measured, prediction.predicted, self._size)
        sample = replace(
            sample,
            predicted=prediction.predicted,
            process=prediction.process,
            draws=prediction.draws,
            match=self._match(best),
            verdict={"request": self._verdict(requested).words, **film.to_json()},
        )
        entry = {key: value for key, value in sample.to_json("").items() if key != "file"}
        volume = sample.microstructure.with_provenance(
            program=f"microdesigner {__version__}",
            software=software(),
            request=self._request.to_json(),
            model=model_identity(self._bundle),
            index=index,
            sample=entry,
        )
        return replace(sample, microstructure=volume)

    def _latent(self, best: Candidate) -> Tensor:
        """The latent (channels, x, y, z) of the candidate's film, as of one that is opened: that which it was decoded
        from knows nothing of biases and kept voxels. It stands for films that are too large to be encoded whole."""
        film = best.sample.microstructure
        if film.phases.size > MOST_VOXELS:
            return best.latent
        return encoded(self._bundle, replace(film, voxel_nm=self._card.voxel_nm))

    def _match(self, best: Candidate) -> dict[str, Any]:
        """How the candidate came to match its targets."""
        match = dict(best.sample.match)
        if self._request.candidates > 1:
            match |= {"candidate": best.number, "candidates": self._request.candidates}
        if self._request.refinement_strength > 0 and (reason := why_not_refined(self._card, self._request.targets)):
            match |= {"not_refined": reason}
        return match

    def _verdict(self, requested: Mapping[str, float]) -> RequestVerdict:
        """Of the targets of one sample; most requests mean the same for all their samples."""
        key = tuple(requested.values())
        if key not in self._judged:
            self._judged = {key: judge_request(self._card, requested, self._size, self._request.voxel_nm)}
        return self._judged[key]


def model_identity(bundle: Bundle) -> dict[str, str]:
    """Name and hash by which results name the very weights that made them."""
    return {"name": bundle.card.name, "sha256": bundle.sha256}

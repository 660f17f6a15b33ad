"""The one way from a request to volumes; desktop, commands and Python all go through it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from microdesigner.compute import compute_policy, memory_errors, select_device
from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.events import Draft, GenerationEvent
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.core.request import Request
from microdesigner.core.request_check import MOST_STREAMED, check_request
from microdesigner.core.result import Sample
from microdesigner.descriptors import describe
from microdesigner.engine.batch_generation import generate_batch
from microdesigner.engine.draft import draft
from microdesigner.engine.generation import Generation
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.prediction import analysed, encoded
from microdesigner.engine.sample_report import model_identity
from microdesigner.engine.streaming import Crew, StreamedFilm, StreamEvent
from microdesigner.models.bundle import Bundle, load_bundle

SMALLEST_FILM = Microstructure(np.zeros((2, 2, 2), np.uint8), phase_names=PHASE_NAMES)


class Engine:
    """A loaded model on a device, made by `load`.

    `generate` may be called any number of times, by one thread at a time.

    Examples
    --------
    >>> engine = Engine.load("ch-3phase", device="cpu")
    >>> request = Request(targets={"vol_frac_D": 0.4, "vol_frac_M": 0.15}, seed=1, size=(64, 64, 32), match="fractions")
    >>> *_, last = engine.generate(request)  # Progress, Preview, SampleDone, at last Finished
    >>> sample = last.result.samples[0]
    >>> sample.microstructure.shape, round(sample.measured["vol_frac_D"], 3)
    ((64, 64, 32), 0.4)
    >>> sorted(sample.recipe)
    ['chi', 'log_time', 'phi']

    References
    ----------
    Latent diffusion: Rombach et al., CVPR 2022. v-prediction: Salimans and Ho, ICLR 2022. DPM-Solver++: Lu et al.,
    Machine Intelligence Research 2025. Conditioned on microstructure descriptors: Baishnab et al., Digital Discovery
    2025, 4, 3175.
    """

    def __init__(self, bundle: Bundle, device: torch.device, device_note: str = "") -> None:
        self.device = device
        self.device_note = device_note
        """Why a faster device does not compute, where there is one: a sentence for the user, or empty."""
        self.source = bundle.card.name
        """The name or folder by which other processes load the model."""
        compute_policy(device).prepare()
        self.networks = InferenceNetworks(bundle, device)

    @classmethod
    def load(cls, name: str = "ch-3phase", device: str = "auto", threads: int | None = None) -> Self:
        """Load a model.

        Parameters
        ----------
        name
            An installed model, or the folder of a bundle.
        device
            "auto", "cpu", "cuda" or "mps".
        threads
            Threads of one operation on the CPU, for the whole process; None for PyTorch's choice.

        Raises
        ------
        InputError
            When there is no such model or device, or a part of the model is damaged.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        chosen = select_device(device)
        describe(SMALLEST_FILM)  # compiled measures are loaded with the model, not in front of the first sample
        with memory_errors(f"The model {name}", "close other programs", chosen.device):
            engine = cls(load_bundle(name, chosen.device), chosen.device, chosen.note)
        engine.source = name
        return engine

    @property
    def bundle(self) -> Bundle:
        """The loaded model."""
        return self.networks.bundle

    @property
    def card(self) -> ModelCard:
        """The loaded model's card."""
        return self.bundle.card

    @property
    def identity(self) -> dict[str, str]:
        """Name and hash of the loaded model, as results record them."""
        return model_identity(self.bundle)

    def generate(
        self, request: Request, keep_samples: bool = True, wanted: Sequence[int] | None = None
    ) -> Iterator[GenerationEvent]:
        """Generate the volumes of a request.

        Sample i comes from seed + i alone, so the same request gives the same volumes on one type of device.

        Parameters
        ----------
        request
            Targets, number, seed and how to sample and match.
        keep_samples
            Whether the last event holds all samples again; False for runs of more volumes than fit the memory.
        wanted
            Numbers, from 0, of the samples to make, for who has the others already; None for all.

        Yields
        ------
        Progress, Preview, SampleDone, Finished
            Progress and previews on the way, each finished sample, at last the whole result. Closing the iterator
            cancels.

        Raises
        ------
        InputError
            At once, when this model cannot serve the request.
        """
        check_request(self.card, request)
        return Generation(self.networks, request, keep_samples).events(wanted)

    def stream(
        self, request: Request, path: Path, form: str = "zarr", index: int = 0, crew: Crew | None = None
    ) -> Iterator[StreamEvent]:
        """Generate a film of any size in flat memory: denoised window by window, decoded and written tile by tile.

        What is computed lies in PATH.parts/ until the film is written, so the same call goes on after a kill and gives
        the same film; it is the same whatever the number of workers, and another than `generate` makes of the request.

        Parameters
        ----------
        request
            As `generate` takes it, with one candidate. Fractions are exact, or mended by `refinement_strength` without
            a match; straight paths follow from the conditions and are measured.
        path
            The file or folder to write; a coarse overview NAME-overview.vti comes beside it first.
        form
            "zarr" (OME-Zarr) or "raw" (labels with a JSON header).
        index
            Number, from 0, of the sample to make.
        crew
            Who computes; None for one process of this machine on this engine's device.

        Yields
        ------
        Progress, Preview, FilmWritten
            Progress, the overview, at last where the film lies and what it measures. Closing the iterator stops.

        Raises
        ------
        InputError
            At once, when the request cannot be served tile by tile; later, when the parts there are of another one.
        """
        check_request(self.card, request, MOST_STREAMED)
        crew = crew or Crew(1, None, str(self.device))
        return StreamedFilm(self.networks, self.source, request, index, path, form, crew).events()

    def draft(self, request: Request) -> Draft:
        """A quick, coarse look at the first volume of `request`; the same request gives the same draft.

        Raises InputError when this model cannot serve the request.
        """
        check_request(self.card, request)
        with Generation(self.networks, request).memory_errors():
            return draft(self.networks, request)

    def analyse(self, volume: Microstructure, seed: int = 0) -> Sample:
        """What this model sees in a volume that it did not generate, above all the recipe: see `analysed`.

        Raises InputError when the volume has other phases or voxels than the model's films.
        """
        return analysed(self.bundle, volume, seed)

    def latent(self, volume: Microstructure) -> NDArray[np.float32]:
        """What the model's autoencoder makes of a volume (channels, x, y, z); raises InputError as `analyse` does."""
        return encoded(self.bundle, volume).float().cpu().numpy()

    def generate_each(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """The first sample of each of `requests`, in order, made together where that is faster.

        They ask for the same conditions and differ in the values and the seed alone; raises InputError, at once, when
        they do not or when this model cannot serve one.
        """
        for request in requests:
            check_request(self.card, request)
            alike = replace(request, targets=requests[0].targets, seed=requests[0].seed) == requests[0]
            if not alike or set(request.targets) != set(requests[0].targets):
                raise InputError("Requests made together must ask for the same targets in the same way.")
        return generate_batch(self.networks, requests)

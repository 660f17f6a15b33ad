"""Films larger than memory: denoised window by window, decoded and written tile by tile, resumable at any moment."""

from microdesigner.engine.streaming.film import Crew, FilmWritten, StreamedFilm, StreamEvent, streamed_size

__all__ = ["Crew", "FilmWritten", "StreamEvent", "StreamedFilm", "streamed_size"]

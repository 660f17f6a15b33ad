"""Objects through a pipe, their arrays in pieces beside the pickle: no thread holds Python's lock while bytes move.

Large arrays stay in a file that both sides map: memory holds them once.
"""

import io
import pickle
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.slabs import MAPPED_BYTES
from microdesigner.io.mapped_arrays import array_at, place_of

CHUNK_BYTES = 1 << 20


def send(connection: Connection, message: Any) -> None:
    """Send `message`; raises before the first byte where it cannot be pickled, OSError where nobody listens."""
    buffers: list[pickle.PickleBuffer] = []
    content = io.BytesIO()
    _Pickler(content, protocol=5, buffer_callback=buffers.append).dump(message)
    views = [buffer.raw() for buffer in buffers]
    connection.send_bytes(pickle.dumps((content.getvalue(), [view.nbytes for view in views])))
    for view in views:
        for start in range(0, view.nbytes, CHUNK_BYTES):
            connection.send_bytes(view[start : start + CHUNK_BYTES])


def receive(connection: Connection) -> Any:
    """The next message; raises EOFError or OSError when the other side has ended."""
    content, sizes = pickle.loads(connection.recv_bytes())
    return pickle.loads(content, buffers=[_receive_buffer(connection, size) for size in sizes])


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """The place of a large array instead of its numbers, unless there is no room for it on the disk."""
        if not isinstance(value, np.ndarray) or value.nbytes <= MAPPED_BYTES or value.dtype.hasobject:
            return NotImplemented
        try:
            return array_at, (place_of(value),)
        except OSError:
            return NotImplemented


def _receive_buffer(connection: Connection, size: int) -> NDArray[np.uint8]:
    buffer = np.empty(size, np.uint8)
    start = 0
    while start < size:
        start += connection.recv_bytes_into(buffer[start : start + CHUNK_BYTES])
    return buffer

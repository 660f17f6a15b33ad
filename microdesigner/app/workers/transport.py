"""Objects through a pipe, their arrays in pieces beside the pickle: no thread holds Python's lock while bytes move."""

import pickle
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK_BYTES = 1 << 20


def send(connection: Connection, message: Any) -> None:
    """Send `message`; raises before the first byte where it cannot be pickled, OSError where nobody listens."""
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    connection.send_bytes(pickle.dumps((content, [view.nbytes for view in views])))
    for view in views:
        for start in range(0, view.nbytes, CHUNK_BYTES):
            connection.send_bytes(view[start : start + CHUNK_BYTES])


def receive(connection: Connection) -> Any:
    """The next message; raises EOFError or OSError when the other side has ended."""
    content, sizes = pickle.loads(connection.recv_bytes())
    return pickle.loads(content, buffers=[_receive_buffer(connection, size) for size in sizes])


def _receive_buffer(connection: Connection, size: int) -> NDArray[np.uint8]:
    buffer = np.empty(size, np.uint8)
    start = 0
    while start < size:
        start += connection.recv_bytes_into(buffer[start : start + CHUNK_BYTES])
    return buffer

"""SQLite over bytes: opens a database image in memory, shut off from the host and from chance.

A statement given the same image, the same phone time and the same parameters leaves the same bytes: `random()` is
seeded from the image, `'now'` is the phone's clock. ATTACH of a file is refused: the shell's `sqlite3` takes any SQL,
and the host's files are no business of the guest.
"""

from __future__ import annotations

import random
import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from typing import Final

Value = str | int | float | bytes | None

# A statement is ended after this many virtual machine instructions (about two seconds), such as an endless WITH.
STEPS_MAX: Final = 50_000_000
_STEPS_A_CHECK: Final = 100_000

# Images kept open, over all phones of the process. Phones that share an image share the connection.
_OPEN_MAX: Final = 128

_TIME_FUNCTIONS: Final = ("date", "time", "datetime", "julianday", "unixepoch", "strftime")

# These pragmas change the whole process, not the database.
_REFUSED_PRAGMAS: Final = frozenset({"temp_store_directory", "data_store_directory", "hard_heap_limit", "module_list"})


class Image:
    """An open database whose content equals the bytes it was made from, until something is executed on it."""

    def __init__(self, data: bytes) -> None:
        self.now_s = 0.0
        self._steps = 0
        self._random = random.Random(0)
        self.connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.connection.deserialize(_loadable(data))
        self.connection.row_factory = sqlite3.Row
        self._shut_off()

    def begin_call(self, data: bytes, now_s: float) -> None:
        """Before each call from outside: sets the time, the seed (the change counter in `data`), the step budget."""
        self.now_s = now_s
        self._steps = 0
        self._random.seed(data[24:28])

    def set_read_only(self, read_only: bool) -> None:
        self.connection.execute(f"PRAGMA query_only={int(read_only)}")

    def close(self) -> None:
        self.connection.close()

    def _shut_off(self) -> None:
        connection = self.connection
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.set_authorizer(_authorize)
        connection.set_progress_handler(self._progress, _STEPS_A_CHECK)
        connection.create_function("random", 0, lambda: self._random.randrange(-(2**63), 2**63))
        connection.create_function("randomblob", 1, self._random_blob)
        for name in _TIME_FUNCTIONS:
            connection.create_function(name, -1, self._time_function(name))
        for name, function in (("current_timestamp", "datetime"), ("current_date", "date"), ("current_time", "time")):
            connection.create_function(name, 0, self._time_function(function))

    def _progress(self) -> int:
        self._steps += _STEPS_A_CHECK
        return int(self._steps > STEPS_MAX)

    def _random_blob(self, size: int) -> bytes:
        return self._random.randbytes(max(1, min(int(size), 1_000_000)))

    def _time_function(self, name: str) -> Callable[..., Value]:
        """SQLite's own function with `'now'`, spelt out or left out, replaced by the phone's time."""

        def call(*arguments: Value) -> Value:
            first = 1 if name == "strftime" else 0
            filled = [*arguments, "now"] if len(arguments) == first else list(arguments)
            placed = [
                f"{self.now_s / 86_400 + 2_440_587.5:.9f}"
                if isinstance(value, str) and value.lower() == "now"
                else value
                for value in filled
            ]
            marks = ",".join("?" * len(placed))
            row: tuple[Value] = _calculator().execute(f"SELECT {name}({marks})", placed).fetchone()
            return row[0]

        return call


class ImageCache:
    """The most recently used images by the identity of their bytes."""

    def __init__(self, size: int = _OPEN_MAX) -> None:
        self._size = size
        self._images: OrderedDict[int, tuple[bytes, Image]] = OrderedDict()

    def borrow(self, data: bytes) -> Image:
        """The image of `data`, to be read only."""
        held = self._images.get(id(data))
        if held is not None and held[0] is data:
            self._images.move_to_end(id(data))
            return held[1]
        image = Image(data)
        self.keep(data, image)
        return image

    def take(self, data: bytes) -> Image:
        """The image of `data`, to be changed; it leaves the cache."""
        held = self._images.pop(id(data), None)
        if held is None:
            return Image(data)
        held[1].set_read_only(False)
        return held[1]

    def keep(self, data: bytes, image: Image) -> None:
        """Files `image`, whose content is now `data`, and protects it from being changed while it lies here."""
        image.set_read_only(True)
        self._images[id(data)] = (data, image)
        while len(self._images) > self._size:
            _, (_, oldest) = self._images.popitem(last=False)
            oldest.close()


IMAGES: Final = ImageCache()


@cache
def empty_image() -> bytes:
    """A database with nothing in it. Unlike an empty file, it makes SQLite count changes from the start."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA user_version=1")
    connection.execute("PRAGMA user_version=0")
    return connection.serialize()


@cache
def _calculator() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def _loadable(data: bytes) -> bytes:
    """Bytes 18 and 19 are the journal mode; a database in memory cannot be in WAL mode."""
    if not data:
        return empty_image()
    return data[:18] + b"\x01\x01" + data[20:] if data[18:20] == b"\x02\x02" else data


def _authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    match action:
        case sqlite3.SQLITE_ATTACH if first not in ("", ":memory:"):
            return sqlite3.SQLITE_DENY
        case sqlite3.SQLITE_PRAGMA if first is not None and first.lower() in _REFUSED_PRAGMAS:
            return sqlite3.SQLITE_DENY
        case _:
            return sqlite3.SQLITE_OK

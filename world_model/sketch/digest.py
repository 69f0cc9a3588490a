"""The content address of a sketch."""

from __future__ import annotations

import hashlib

from world_model.sketch.printing import print_sketch
from world_model.sketch.ranking import in_reading_order
from world_model.sketch.sketch import Sketch


def sketch_digest(sketch: Sketch) -> str:
    """BLAKE2b-128 of the printed sketch in reading order, in 32 hex digits: equal for every order of the same lines."""
    return hashlib.blake2b(print_sketch(in_reading_order(sketch)).encode(), digest_size=16).hexdigest()

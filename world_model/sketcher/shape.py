"""The size of a sketcher's network, and the names and shapes of its weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from device_farm.errors import DataError
from world_model.hashed_words import BUCKETS
from world_model.sketcher.features import BAG, DENSE, KINDS
from world_model.sketcher.said import MAX_GOAL_TOKENS, MAX_SCREEN_LINES

FORMAT: Final = 1
STEP_WAVES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`width` D of every vector, `layers` of the encoder and of the decoder with `heads`, `inner` width between."""

    width: int = 64
    layers: int = 2
    heads: int = 4
    inner: int = 128

    def __post_init__(self) -> None:
        if min(self.width, self.layers, self.heads, self.inner) < 1 or self.width % self.heads:
            raise DataError(f"{self} is no shape", field="shape", fix="use a width that the heads divide")

    def to_json(self) -> dict[str, Any]:
        seen = [BUCKETS, BAG, DENSE, len(KINDS), MAX_GOAL_TOKENS, MAX_SCREEN_LINES]
        return {"format": FORMAT, **asdict(self), "seen": seen}

    @staticmethod
    def from_json(values: Any) -> Shape:
        """Raises DataError for weights of another version of the features."""
        try:
            shape = Shape(**{name: int(values[name]) for name in ("width", "layers", "heads", "inner")})
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"no shape of a sketcher: {error!r}", field="shape") from error
        if shape.to_json() != values:
            message = f"weights of another version: {values}, this one has {shape.to_json()}"
            raise DataError(message, field="shape", fix="train again with this version")
        return shape

    def weights(self, entries: int, edits: int, headers: int) -> dict[str, tuple[int, ...]]:
        """Every weight's name and shape, with a vocabulary of so many."""
        width = self.width
        shapes: dict[str, tuple[int, ...]] = {
            "words": (BUCKETS, width),
            "says": (width, width),
            "is": (width, width),
            "kinds": (len(KINDS), width),
            "dense": (DENSE, width),
            "items_scale": (width,),
            "items_shift": (width,),
            "encoded_scale": (width,),
            "encoded_shift": (width,),
            "decoded_scale": (width,),
            "decoded_shift": (width,),
            "entries": (max(1, entries), width),
            "entry": (width, width),
            "headers": (headers, width),
            "header": (width, headers),
            "begin": (width, width),
            "steps": (STEP_WAVES, width),
            "line_said": (width, width),
            "entry_said": (width, width),
            "source_said": (width, width),
            "edits": (edits, width),
            "choose": (width, width),
            "chosen": (width, width),
            "end": (width,),
            "end_bias": (1,),
            "entry_bias": (max(1, entries),),
            "edit_query": (width, width),
            "edit_item": (width, width),
            "edit_bias": (edits,),
            "source_query": (width, width),
            "source_item": (width, width),
            "last_query": (width, width),
            "last_item": (width, width),
        }
        for layer in range(self.layers):
            shapes |= self._block(f"encoder.{layer}") | self._block(f"decoder.{layer}")
            cross = ("query", "key", "value", "out")
            shapes |= {f"decoder.{layer}.cross.{name}": (width, width) for name in cross}
            shapes |= {f"decoder.{layer}.cross_{name}": (width,) for name in ("scale", "shift")}
        return shapes

    def _block(self, name: str) -> dict[str, tuple[int, ...]]:
        width, inner = self.width, self.inner
        return {
            **{f"{name}.{part}": (width, width) for part in ("query", "key", "value", "out")},
            **{f"{name}.{part}": (width,) for part in ("scale", "shift", "inner_scale", "inner_shift", "down_bias")},
            f"{name}.up": (width, inner),
            f"{name}.up_bias": (inner,),
            f"{name}.down": (inner, width),
        }

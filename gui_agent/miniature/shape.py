"""The size of the miniature's network, and the names and shapes of its weights, for both ways of computing it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from device_farm.errors import DataError
from gui_agent.miniature.elements import PLACES
from gui_agent.miniature.features import DENSE, RELATIONS, SLOTS
from gui_agent.miniature.kinds import KINDS
from world_model.hashed_words import BUCKETS

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`width` D of every item's vector, `layers` of attention with `heads`, `inner` width of the feed-forward parts."""

    width: int = 64
    layers: int = 2
    heads: int = 4
    inner: int = 128

    def to_json(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self), "buckets": BUCKETS, "slots": SLOTS, "dense": DENSE}

    @staticmethod
    def from_json(values: dict[str, Any]) -> Shape:
        """Raises DataError for weights that another version of the features was trained on."""
        try:
            shape = Shape(**{name: int(values[name]) for name in ("width", "layers", "heads", "inner")})
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"no shape of a miniature: {error}", field="shape") from error
        if shape.to_json() != values:
            fix = "train again with this version"
            raise DataError(f"weights of another version: {values}, this one has {shape.to_json()}", fix=fix)
        return shape

    def weights(self) -> dict[str, tuple[int, ...]]:
        """Every weight's name and shape."""
        width, inner = self.width, self.inner
        shapes: dict[str, tuple[int, ...]] = {
            "words": (BUCKETS, width),
            "slots": (SLOTS, width),
            "label": (width, width),
            "more": (width, width),
            "dense": (DENSE, width),
            "first_scale": (width,),
            "first_shift": (width,),
            "last_scale": (width,),
            "last_shift": (width,),
            "kind": (width, len(KINDS)),
            "kind_bias": (len(KINDS),),
            "kinds": (len(KINDS), width),
            "point": (width, width),
            "pointed": (width, width),
            "second": (width, width),
            "seconded": (width, width),
            "place": (width, len(PLACES)),
            "place_bias": (len(PLACES),),
        }
        for layer in range(self.layers):
            shapes |= {
                f"{layer}.scale": (width,),
                f"{layer}.shift": (width,),
                f"{layer}.query": (width, width),
                f"{layer}.key": (width, width),
                f"{layer}.value": (width, width),
                f"{layer}.out": (width, width),
                f"{layer}.relations": (len(RELATIONS), self.heads),
                f"{layer}.inner_scale": (width,),
                f"{layer}.inner_shift": (width,),
                f"{layer}.up": (width, inner),
                f"{layer}.up_bias": (inner,),
                f"{layer}.down": (inner, width),
                f"{layer}.down_bias": (width,),
            }
        return shapes

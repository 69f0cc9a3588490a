"""The sketcher's network, for numpy and torch alike.

items     h = LN(bag(says)·A + bag(is)·B + kind + dense·C);  an entry's also have a vector of their own
encoder   layers of attention among the items of a question
decoder   layers of attention among what is said so far and to the encoded items; one state a place
choice    softmax over the end, the screen's lines and the entries, by ⟨state·Q, line·K⟩/√D; what is said is off
edit      softmax over edits, of the state and the line that is pointed at
source    softmax over items, of the state and the slot;  last: over the goal's tokens, of the state and the first
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from world_model.sketcher.arrays import OFF, Ops
from world_model.sketcher.shape import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """N questions of at most L items, of which at most P are lines of the screen, beside E entries: their vectors, and
    their keys as choices. `off_NL` is 0 where there is an item and OFF where not.
    """

    items_NLD: Any
    off_NL: Any
    lines_NPD: Any
    entries_ED: Any
    keys_NPD: Any
    begin_ND: Any
    header_NH: Any
    cross: tuple[tuple[Any, Any], ...]

    @property
    def lines(self) -> int:
        return int(self.lines_NPD.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Pure. `weights` by the names of `Shape.weights`, in arrays of the library of `ops`."""

    shape: Shape
    weights: Mapping[str, Any]
    ops: Ops

    def items(self, says: Any, what: Any, kinds: Any, dense: Any) -> Any:
        """The vectors of items before they see each other, (…, D)."""
        of, ops = self.weights, self.ops
        h = ops.bag(of["words"], says) @ of["says"] + ops.bag(of["words"], what) @ of["is"]
        h = h + ops.take(of["kinds"], kinds) + dense @ of["dense"]
        return ops.norm(h, of["items_scale"], of["items_shift"])

    def entries(self, says: Any, what: Any, kinds: Any, dense: Any) -> Any:
        """The vectors of the vocabulary's entries, (E, D)."""
        return self.items(says, what, kinds, dense) @ self.weights["entry"] + self.weights["entries"]

    def encode(self, h_NLD: Any, off_NL: Any, lines_NP: Any, entries_ED: Any) -> Encoded:
        """`lines_NP` are the items that the screen's lines are, counted over the whole batch."""
        of, ops = self.weights, self.ops
        off_N11L = off_NL[:, None, None, :]
        for layer in range(self.shape.layers):
            h_NLD = self._attended(f"encoder.{layer}", h_NLD, off_N11L)
            h_NLD = self._widened(f"encoder.{layer}", h_NLD)
        h_NLD = ops.norm(h_NLD, of["encoded_scale"], of["encoded_shift"])
        count, length, width = h_NLD.shape
        lines_NPD = ops.take(h_NLD.reshape(count * length, width), lines_NP)
        action_ND = h_NLD[:, 0]
        names = [f"decoder.{layer}.cross" for layer in range(self.shape.layers)]
        return Encoded(
            items_NLD=h_NLD,
            off_NL=off_NL,
            lines_NPD=lines_NPD,
            entries_ED=entries_ED,
            keys_NPD=lines_NPD @ of["chosen"],
            begin_ND=action_ND @ of["begin"],
            header_NH=ops.log_softmax(action_ND @ of["header"]),
            cross=tuple(
                (self._split(h_NLD @ of[f"{name}.key"]), self._split(h_NLD @ of[f"{name}.value"])) for name in names
            ),
        )

    def begun(self, encoded: Encoded, headers_N: Any) -> Any:
        """What stands before the first line, (N, 1, D)."""
        return (encoded.begin_ND + self.ops.take(self.weights["headers"], headers_N))[:, None]

    def written(self, vectors: Any, edits: Any, sources: Any, sourced: Any, entry: Any, steps: Any) -> Any:
        """Lines that were said, as the decoder reads them: `vectors` of line or entry, the edit, the vector of the
        source where `sourced`, `entry` whether it is one, and the waves of the place.
        """
        of, ops = self.weights, self.ops
        return (
            (vectors @ of["entry_said"]) * entry
            + (vectors @ of["line_said"]) * (1.0 - entry)
            + ops.take(of["edits"], edits)
            + (sources @ of["source_said"]) * sourced
            + steps @ of["steps"]
        )

    def decode(self, encoded: Encoded, x_NTD: Any, mask_TS: Any, past: Any = None) -> tuple[Any, Any]:
        """States (N, T, D) of T places behind `past`, and the past with them. `mask_TS` is 0 where a place may look and
        OFF where not; S are all places.
        """
        of, ops = self.weights, self.ops
        off_N11L = encoded.off_NL[:, None, None, :]
        kept = []
        for layer in range(self.shape.layers):
            name = f"decoder.{layer}"
            normed = ops.norm(x_NTD, of[f"{name}.scale"], of[f"{name}.shift"])
            keys, values = self._split(normed @ of[f"{name}.key"]), self._split(normed @ of[f"{name}.value"])
            if past is not None:
                keys, values = ops.join((past[layer][0], keys), 2), ops.join((past[layer][1], values), 2)
            kept.append((keys, values))
            x_NTD = x_NTD + self._mixed(name, normed @ of[f"{name}.query"], keys, values, mask_TS)
            normed = ops.norm(x_NTD, of[f"{name}.cross_scale"], of[f"{name}.cross_shift"])
            query = normed @ of[f"{name}.cross.query"]
            x_NTD = x_NTD + self._mixed(f"{name}.cross", query, *encoded.cross[layer], off_N11L)
            x_NTD = self._widened(name, x_NTD)
        return ops.norm(x_NTD, of["decoded_scale"], of["decoded_shift"]), kept

    def choices(self, encoded: Encoded, h_NTD: Any, entries_NQ: Any, open_NTC: Any) -> Any:
        """Log-probabilities of what comes next, (N, T, 1 + P + Q): the end, lines, those Q entries. What is not open
        is off.
        """
        of, ops = self.weights, self.ops
        query = h_NTD @ of["choose"] * (1.0 / math.sqrt(self.shape.width))
        end = (h_NTD @ of["end"] + of["end_bias"])[:, :, None]
        lines = query @ encoded.keys_NPD.swapaxes(1, 2)
        keys_NQD = ops.take(encoded.entries_ED @ of["chosen"], entries_NQ)
        bias_NQ1 = ops.take(of["entry_bias"][:, None], entries_NQ)
        entries = query @ keys_NQD.swapaxes(1, 2) + bias_NQ1.swapaxes(1, 2)
        return ops.log_softmax(ops.where(open_NTC, ops.join((end, lines, entries), 2), OFF))

    def edits(self, h_MD: Any, lines_MD: Any) -> Any:
        """Log-probabilities of what becomes of a line, (M, edits)."""
        of = self.weights
        mixed = self.ops.gelu(h_MD @ of["edit_query"] + lines_MD @ of["edit_item"])
        return self.ops.log_softmax(mixed @ of["edits"].T + of["edit_bias"])

    def sources(self, h_MD: Any, entries_MD: Any, items_MLD: Any, there_ML: Any) -> Any:
        """Log-probabilities over items of where a slot's text is from, (M, L)."""
        of = self.weights
        query = (h_MD + entries_MD) @ of["source_query"]
        return self._pointed(query, items_MLD @ of["source_item"], there_ML)

    def lasts(self, h_MD: Any, firsts_MD: Any, items_MLD: Any, behind_ML: Any) -> Any:
        """Log-probabilities over items of the last token of a span, (M, L)."""
        of = self.weights
        query = (h_MD + firsts_MD) @ of["last_query"]
        return self._pointed(query, items_MLD @ of["last_item"], behind_ML)

    def _pointed(self, query_MD: Any, keys_MLD: Any, allowed_ML: Any) -> Any:
        logits = (query_MD[:, None] * keys_MLD).sum(-1) * (1.0 / math.sqrt(self.shape.width))
        return self.ops.log_softmax(self.ops.where(allowed_ML, logits, OFF))

    def _attended(self, name: str, h_NLD: Any, off: Any) -> Any:
        of = self.weights
        normed = self.ops.norm(h_NLD, of[f"{name}.scale"], of[f"{name}.shift"])
        keys, values = self._split(normed @ of[f"{name}.key"]), self._split(normed @ of[f"{name}.value"])
        return h_NLD + self._mixed(name, normed @ of[f"{name}.query"], keys, values, off)

    def _mixed(self, name: str, query_NTD: Any, keys_NHSd: Any, values_NHSd: Any, off: Any) -> Any:
        count, length, width = query_NTD.shape
        share = 1.0 / math.sqrt(width // self.shape.heads)
        scores = self._split(query_NTD) @ keys_NHSd.swapaxes(2, 3) * share + off
        mixed = (self.ops.softmax(scores) @ values_NHSd).swapaxes(1, 2)
        return mixed.reshape(count, length, width) @ self.weights[f"{name}.out"]

    def _widened(self, name: str, h_NLD: Any) -> Any:
        of = self.weights
        inner = self.ops.norm(h_NLD, of[f"{name}.inner_scale"], of[f"{name}.inner_shift"])
        inner = self.ops.gelu(inner @ of[f"{name}.up"] + of[f"{name}.up_bias"])
        return h_NLD + inner @ of[f"{name}.down"] + of[f"{name}.down_bias"]

    def _split(self, h_NLD: Any) -> Any:
        count, length, width = h_NLD.shape
        return h_NLD.reshape(count, length, self.shape.heads, width // self.shape.heads).swapaxes(1, 2)

"""A sketcher: vocabulary and weights, and what it says of questions, by numpy alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from device_farm.errors import DataError
from world_model.sketch.sketch import Sketch
from world_model.sketcher.arrays import NumpyOps
from world_model.sketcher.batch import MAX_LINES, Batch, batch_of, choices_of, lasts_open, sources_open, step_waves
from world_model.sketcher.features import Items, entry_items
from world_model.sketcher.network import Encoded, Network
from world_model.sketcher.said import GOAL, Said, Scene, line_of
from world_model.sketcher.shape import Shape
from world_model.sketcher.vocabulary import Vocabulary

_END_AT = 0.5
"""The end is said where it is likelier than not: of many lines in no order each is less likely than the end is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A prediction: the header's number, and lines in the order in which they were said."""

    header: int
    lines: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketcher:
    """`entries` are the vocabulary's as items, made where they are not given.

    Raises DataError where weights are missing, of another shape, or no numbers.
    """

    shape: Shape
    vocabulary: Vocabulary
    weights: Mapping[str, Any]
    name: str = "sketcher"
    entries: Items | None = field(default=None, repr=False, compare=False)
    _network: Network = field(init=False, repr=False, compare=False)
    _entries_ED: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        vocabulary = self.vocabulary
        wanted = self.shape.weights(len(vocabulary.entries), len(vocabulary.edits), len(vocabulary.headers))
        for name, size in wanted.items():
            weight = self.weights.get(name)
            if weight is None or weight.shape != size:
                shown = "missing" if weight is None else f"of shape {weight.shape}"
                raise DataError(f"{name} is {shown}, {size} is wanted by the vocabulary", field="weights")
            if not np.isfinite(weight).all():
                raise DataError(f"{name} holds what is no number", field="weights", fix="train again, with a lower lr")
        network = Network(shape=self.shape, weights=self.weights, ops=NumpyOps())
        items = self.entries or entry_items(vocabulary)
        entries = network.entries(items.says_LW, items.is_LW, items.kind_L, items.dense_LF)
        object.__setattr__(self, "_network", network)
        object.__setattr__(self, "_entries_ED", entries)

    def write(self, batch: Batch, headers: Sequence[int] | None = None, most: int = MAX_LINES) -> tuple[Written, ...]:
        """The likeliest header, or the one given; then the likeliest line after the likeliest line, none twice, `most`
        at most.
        """
        network = self._network
        h_NLD = network.items(batch.says_NLW, batch.is_NLW, batch.kind_NL, batch.dense_NLF)
        encoded = network.encode(h_NLD, batch.off_NL, batch.lines_NP, self._entries_ED)
        headers_N = encoded.header_NH.argmax(axis=-1) if headers is None else np.asarray(headers)
        return _Writing(self, network, batch, encoded, headers_N).done(most)

    def sketches(self, scenes: Sequence[Scene]) -> tuple[Sketch, ...]:
        """What `write` says, as sketches."""
        written = self.write(batch_of(scenes))
        return tuple(self.sketch(scene, one) for scene, one in zip(scenes, written, strict=True))

    def sketch(self, scene: Scene, written: Written) -> Sketch:
        """Lines that come out alike stand once; those that cannot be shown on the screen are left out."""
        before = scene.question.sketch
        shown = (line_of(said, scene, self.vocabulary) for said in written.lines)
        lines = tuple(dict.fromkeys(line for line in shown if line is not None))
        app, window = self.vocabulary.headers[written.header] if written.header else (before.app, before.window)
        return Sketch(screen=before.screen, lines=lines, app=app, window=window)


class _Writing:
    """One batch, line after line."""

    def __init__(self, model: Sketcher, network: Network, batch: Batch, encoded: Encoded, headers: Any) -> None:
        self._model, self._network, self._batch, self._encoded = model, network, batch, encoded
        self._headers = headers
        self._choices = choices_of(batch, model.vocabulary, headers.tolist())
        self._open_NC, count = self._choices.open_NC.copy(), len(batch.scenes)
        self._lines: list[list[Said]] = [[] for _ in range(count)]
        self._going = np.ones(count, dtype=np.bool_)

    def done(self, most: int) -> tuple[Written, ...]:
        x_NTD, past = self._network.begun(self._encoded, self._headers), None
        for step in range(most):
            mask = np.zeros((1, step + 1), dtype=np.float32)
            h_NTD, past = self._network.decode(self._encoded, x_NTD, mask, past)
            choices_N = self._choose(h_NTD)
            if not self._going.any():
                break
            said_N = self._said(h_NTD[:, 0], choices_N)
            for row in np.flatnonzero(self._going).tolist():
                self._lines[row].append(said_N[row])
            x_NTD = written_vectors(self._network, self._encoded, self._batch, [[one] for one in said_N], step)
        return tuple(
            Written(header=int(header), lines=tuple(lines))
            for header, lines in zip(self._headers, self._lines, strict=True)
        )

    def _choose(self, h_NTD: Any) -> Any:
        """The choice of each row; rows that end are no longer going."""
        logprobs_NC = self._network.choices(self._encoded, h_NTD, self._choices.entries_NQ, self._open_NC[:, None])[
            :, 0
        ]
        others_N = logprobs_NC[:, 1:].argmax(axis=-1) + 1
        rows = np.arange(len(others_N))
        self._going &= (logprobs_NC[:, 0] < np.log(_END_AT)) & self._open_NC[rows, others_N]
        self._open_NC[rows, others_N] = False
        return others_N

    def _said(self, h_ND: Any, choices_N: Any) -> list[Said]:
        entries, edits_N = self._model.vocabulary.entries, self._edits(h_ND, choices_N)
        said: list[Said] = []
        for row, choice in enumerate(choices_N.tolist()):
            one = self._choices.said(row, choice)
            if one.kind == "screen":
                said.append(one._replace(edit=int(edits_N[row])))
            elif self._going[row] and entries[one.number].slot:
                source, last = self._source(h_ND[row : row + 1], one.number, row)
                said.append(one._replace(source=source, last=last))
            else:
                said.append(one)
        return said

    def _edits(self, h_ND: Any, choices_N: Any) -> Any:
        at = np.clip(choices_N - 1, 0, self._batch.lines - 1)
        return self._network.edits(h_ND, self._encoded.lines_NPD[np.arange(len(at)), at]).argmax(axis=-1)

    def _source(self, h_1D: Any, entry: int, row: int) -> tuple[int, int]:
        items_1LD = self._encoded.items_NLD[row : row + 1]
        entries_1D = self._encoded.entries_ED[entry : entry + 1]
        opened = sources_open(self._batch, [row])
        source = int(self._network.sources(h_1D, entries_1D, items_1LD, opened)[0].argmax())
        if not GOAL <= source < GOAL + len(self._batch.scenes[row].tokens):
            return source, -1
        behind = lasts_open(self._batch, [row], [source])
        last = int(self._network.lasts(h_1D, items_1LD[:, source], items_1LD, behind)[0].argmax())
        return source, last - GOAL


def written_vectors(
    network: Network, encoded: Encoded, batch: Batch, said_NT: Sequence[Sequence[Said]], first: int, torch: Any = None
) -> Any:
    """What was said at places `first` and up as the decoder reads it behind them, (N, T, D); as many a row. With
    `torch` for arrays of that library.
    """
    rows, count = len(said_NT), len(said_NT[0])
    flat = [(row, said) for row, many in enumerate(said_NT) for said in many]
    length, most = encoded.items_NLD.shape[1], encoded.lines_NPD.shape[1]
    on_line = np.array([said.kind == "screen" for _, said in flat])
    line = np.array([row * most + (said.number if said.kind == "screen" else 0) for row, said in flat])
    entry = np.array([0 if said.kind == "screen" else said.number for _, said in flat])
    edit = np.array([said.edit for _, said in flat])
    source = np.array([row * length + max(0, said.source) for row, said in flat])
    sourced = np.array([said.source >= 0 for _, said in flat], dtype=np.float32)[:, None]
    is_entry = (~on_line).astype(np.float32)[:, None]
    steps = np.tile(step_waves(first, count), (rows, 1))
    if torch is not None:
        numbers = (line, entry, edit, source, sourced, is_entry, steps)
        line, entry, edit, source, sourced, is_entry, steps = (torch.from_numpy(one) for one in numbers)
    ops, width = network.ops, encoded.items_NLD.shape[-1]
    lines_MD = ops.take(encoded.lines_NPD.reshape(rows * most, width), line)
    entries_MD = ops.take(encoded.entries_ED, entry)
    sources_MD = ops.take(encoded.items_NLD.reshape(rows * length, width), source)
    vectors_MD = entries_MD * is_entry + lines_MD * (1.0 - is_entry)
    written = network.written(vectors_MD, edit, sources_MD, sourced, is_entry, steps)
    return written.reshape(rows, count, width)

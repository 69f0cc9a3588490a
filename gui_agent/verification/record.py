"""Verdicts on stored episodes, beside what the task's own evaluator said: in the episode, or in `verdicts/NAME.jsonl`.

An attempt that was judged while its device was still there carries its verdict in its provenance. What `farm verify`
finds out later goes into a file of the run folder, a line an episode; the last line of an episode counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from device_farm.errors import ConfigError, DataError
from device_farm.types.codec.json import decode, dumps_value, encode
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Episode, Outcome, Scored
from gui_agent.store.files import Files, LocalFiles, storage_errors
from gui_agent.store.layout import TEMPORARY
from gui_agent.store.lines import append_line, mend, read_lines
from gui_agent.store.lock import RunLock
from gui_agent.verification.loaded import decision_of
from verifier.verdict import Verdict

How: TypeAlias = Literal["live", "replayed", "offline"]
"""On the attempt's own device; on a device where it was carried out again; from the record alone."""

NOTE = "verdict"
"""Where an episode's provenance keeps its record."""

FOLDER = "verdicts"
_AGAIN = ""
"""Judging has no flag to go on with: it always does."""
_ANEW = "farm verify --again writes it anew"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRecord:
    """Both opinions on one episode. `evaluator` is what the task's own evaluator said of the attempt as recorded."""

    episode: str
    verdict: Verdict
    evaluator: Outcome
    how: How

    @property
    def disagrees(self) -> bool:
        """Whether both decided, and not the same. An evaluator that was asked has decided when it gave a reward."""
        if not isinstance(self.evaluator, Scored) or self.verdict.decision == "undecided":
            return False
        return self.verdict.decision != decision_of(self.evaluator)


def short(outcome: Outcome) -> str:
    """An outcome in a word: its reward, or why there is none."""
    return f"{outcome.reward:g}" if isinstance(outcome, Scored) else outcome.kind


def note_of(verdict: Verdict, evaluator: Outcome) -> dict[str, JsonValue]:
    """What an episode's provenance says of a verdict given while its device was there."""
    return {NOTE: {"verdict": encode(verdict), "evaluator": encode(evaluator, Outcome)}}


def noted(episode: Episode) -> VerdictRecord | None:
    """The record that the episode carries; None where no verifier was asked. Raises DataError for a malformed one."""
    note = episode.provenance.extra.get(NOTE)
    if note is None:
        return None
    if not isinstance(note, Mapping) or set(note) != {"verdict", "evaluator"}:
        raise DataError(f"episode {episode.id} carries a malformed verdict", field=f"provenance.extra.{NOTE}")
    verdict, evaluator = decode(Verdict, note["verdict"]), decode(Outcome, note["evaluator"])
    return VerdictRecord(episode=episode.id, verdict=verdict, evaluator=evaluator, how="live")


def evaluator_of(episode: Episode) -> Outcome:
    """What the task's own evaluator said: the outcome, unless a verifier had the last word on it."""
    record = noted(episode)
    return episode.outcome if record is None else record.evaluator


def check_name(name: str) -> None:
    """Raises ConfigError for a verifier's name that cannot be a file's."""
    if not _NAME.fullmatch(name):
        fix = "use 1 to 64 letters, digits, '.', '_' or '-', with no '.' first"
        raise ConfigError(f"{name[:80]!r} cannot name a file of verdicts", field="verifier.name", fix=fix)


class VerdictFile:
    """`verdicts/NAME.jsonl` of one run folder. Not thread-safe."""

    def __init__(self, root: Path, name: str, *, files: Files | None = None) -> None:
        """Raises ConfigError for a name that cannot be a file's."""
        check_name(name)
        self.path = root / FOLDER / f"{name}.jsonl"
        self._files = files or LocalFiles()

    def read(self) -> dict[str, VerdictRecord]:
        """By episode id. Raises DataError that names the file and the line."""
        records: dict[str, VerdictRecord] = {}
        try:
            lines = read_lines(self.path)
        except DataError as error:
            raise DataError(error.message, field=error.field, fix=_ANEW) from error
        for number, line in enumerate(lines, start=1):
            try:
                record: VerdictRecord = decode(VerdictRecord, line)
            except DataError as error:
                message = f"{self.path} line {number}: {error.message}"
                raise DataError(message, field=error.field, fix=_ANEW) from error
            records[record.episode] = record
        return records

    @contextmanager
    def held(self) -> Iterator[None]:
        """One process at a time judges under this name. Raises ConfigError that names the other, and StorageError."""
        with storage_errors(self.path, again=_AGAIN):
            self.path.parent.mkdir(exist_ok=True)
        lock = RunLock(self.path.with_name(f".{self.path.stem}.lock"))
        try:
            lock.acquire()
        except ConfigError as error:
            fix = "wait for it, or give yours another verifier.name"
            raise ConfigError(f"{self.path}: {error.message}", field="--verifier", fix=fix) from error
        try:
            yield
        finally:
            lock.release()

    def set_aside(self) -> Path:
        """Puts a malformed file out of the way, as NAME.jsonl.damaged. Raises StorageError."""
        kept = self.path.with_name(f"{self.path.name}.damaged")
        with storage_errors(self.path, again=_AGAIN):
            self._files.rename(self.path, kept)
        return kept

    def add(self, record: VerdictRecord) -> None:
        """One more line, in one write: a killed process leaves at most a torn last line, which is not read.

        Raises:
            StorageError: the disk is full or not writable.
        """
        with storage_errors(self.path, again=_AGAIN):
            self.path.parent.mkdir(exist_ok=True)
            append_line(self._files, self.path, _document(record))

    def begin(self) -> None:
        """Mends a torn last line, so that the next one begins anew."""
        with storage_errors(self.path, again=_AGAIN):
            mend(self.path)

    def replace(self, records: Iterable[VerdictRecord]) -> None:
        """The whole file anew, in order of episode; whoever reads it meanwhile sees the old or the new one."""
        lines = [dumps_value(_document(record)) + "\n" for record in sorted(records, key=lambda one: one.episode)]
        partial = self.path.with_name(f"{TEMPORARY}{os.getpid()}-{self.path.name}")
        with storage_errors(self.path, again=_AGAIN):
            self.path.parent.mkdir(exist_ok=True)
            self._files.write(partial, "".join(lines).encode("ascii"))
            self._files.sync([partial])
            self._files.rename(partial, self.path)
            self._files.sync([self.path.parent])


def _document(record: VerdictRecord) -> dict[str, JsonValue]:
    document = encode(record)
    assert isinstance(document, dict)
    return document


def verdict_names(root: Path) -> list[str]:
    """The verifiers whose verdicts lie in files of a run folder."""
    return sorted(path.stem for path in (root / FOLDER).glob("*.jsonl") if not path.name.startswith("."))


def verdicts_by(root: Path, name: str, episodes: Iterable[Episode]) -> dict[str, VerdictRecord]:
    """Episode id to what the verifier `name` said of it, what was found out later in place of what the episode carries.

    Raises:
        DataError: its file, or a note, is malformed.
    """
    carried = [record for record in map(noted, episodes) if record is not None and record.verdict.verifier == name]
    # A run folder may come from anywhere: what it calls a verifier becomes no path unless it can be a name.
    later = VerdictFile(root, name).read() if _NAME.fullmatch(name) else {}
    return {record.episode: record for record in carried} | later


def verdicts_of(root: Path, episodes: Iterable[Episode]) -> dict[str, dict[str, VerdictRecord]]:
    """Verifier to episode id to record: what episodes carry, and what was found out later in its place.

    Raises:
        DataError: a file or a note is malformed.
    """
    known = list(episodes)
    carried = {record.verdict.verifier for record in map(noted, known) if record is not None}
    return {name: verdicts_by(root, name, known) for name in sorted(carried.union(verdict_names(root)))}

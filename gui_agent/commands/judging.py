"""What `farm verify RUN --verifier V` does."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from device_farm.backends.config import SimulatorConfig
from device_farm.cli.command import Exit
from device_farm.errors import ConfigError, DataError
from device_farm.types.trajectory import Episode
from gui_agent.commands.settings import config_from
from gui_agent.commands.stored import StoredRun, open_stored, opened_devices
from gui_agent.commands.verifying import spread
from gui_agent.report.write import write_report
from gui_agent.runner.progress import open_display
from gui_agent.runner.watch import watched
from gui_agent.store.reader import RunReader, final_attempts
from gui_agent.verification.config import VerifierConfig
from gui_agent.verification.judging import Judged, Stored, judge_again, judge_recorded, judgeable
from gui_agent.verification.loaded import LoadedVerifier
from gui_agent.verification.loader import load_verifier
from gui_agent.verification.record import VerdictFile, VerdictRecord, short, verdicts_by
from verifier.verdict import NO_COST, told


async def run_judge(namespace: argparse.Namespace) -> int:
    """Exit code 1 where an episode's files are damaged, 4 where more episodes could not be carried out again than the
    run allows.

    Raises:
        ConfigError, PrerequisiteError: the verifier, the run or a flag is bad; found before any device was started.
    """
    if namespace.sample is not None and namespace.sample < 1:
        raise ConfigError(f"{namespace.sample} is out of range", field="--sample", fix="use at least 1")
    config = chosen_verifier(namespace)
    verifier = load_verifier(config)
    reader = RunReader(namespace.run)
    file = VerdictFile(reader.layout.root, verifier.name)
    # What is judged from the record alone needs no device.
    run = None if namespace.offline or not verifier.probes else with_verifier(open_stored(namespace), config)
    damaged: dict[str, str] = {}
    attempts = final_attempts(await asyncio.to_thread(_readable, reader, damaged))
    chosen = spread([episode for episode in attempts if judgeable(episode)], namespace.sample)
    with file.held():
        known = _known(reader, file, verifier.name, attempts, anew=namespace.again)
        left = [one for one in chosen if namespace.again or one.id not in known or is_open(known[one.id])]
        judged = await _judged(run, reader, left, verifier, file) if left else Judged(records=())
        known |= {record.episode: record for record in judged.records}
        if left:
            filed = file.read()
            await asyncio.to_thread(file.replace, filed.values())
    if _is_older(reader.layout.report, file.path):
        await asyncio.to_thread(write_report, reader.layout.root)
    records = [known[episode.id] for episode in chosen]
    _print(verifier.name, records, chosen, damaged)
    if namespace.json:
        values = {**counts(verifier.name, records), "judged_now": len(left), "broken": len(judged.broken)}
        sys.stdout.write(json.dumps({**values, "damaged": damaged}) + "\n")
    if damaged:
        return Exit.FAILED
    allowed = 0.1 if run is None else run.config.max_infra_share
    return Exit.INFRASTRUCTURE if left and len(judged.broken) > allowed * len(left) else Exit.DONE


def _is_older(report: Path, verdicts: Path) -> bool:
    """Also after a process that was killed before it wrote the report anew. A run without one stays without."""
    return report.exists() and verdicts.exists() and report.stat().st_mtime_ns <= verdicts.stat().st_mtime_ns


def _readable(reader: RunReader, damaged: dict[str, str]) -> list[Episode]:
    """Every episode that can be read; why the others cannot goes into `damaged`."""
    found = []
    for episode_id in reader.episode_ids():
        try:
            found.append(reader.load(episode_id).episode)
        except DataError as error:
            damaged[episode_id] = str(error)
    return found


def _known(
    reader: RunReader, file: VerdictFile, name: str, episodes: Sequence[Episode], *, anew: bool
) -> dict[str, VerdictRecord]:
    """What this verifier has said already. Raises DataError for a malformed file, unless it is written `anew`."""
    try:
        return verdicts_by(reader.layout.root, name, episodes)
    except DataError:
        if not anew:
            raise
    sys.stderr.write(f"{file.path} is malformed; it was put aside as {file.set_aside()}\n")
    return verdicts_by(reader.layout.root, name, episodes)


def is_open(record: VerdictRecord) -> bool:
    """Undecided because something broke: a model or a device that was away may be back, so it is asked again."""
    return record.verdict.decision == "undecided" and bool(record.verdict.faults)


def chosen_verifier(namespace: argparse.Namespace, default: str | None = None) -> VerifierConfig:
    """The section `verifier` of `--config` and `--set`, with `--verifier` over it. Raises ConfigError."""
    name = namespace.verifier
    if name is None and not namespace.config and not namespace.overrides:
        name = default
    chosen = config_from(
        argparse.Namespace(config=namespace.config, overrides=namespace.overrides, verifier=name)
    ).verifier
    if chosen is None:
        raise ConfigError("no verifier is named", field="--verifier", fix="name one, or add a section [verifier]")
    return chosen


def with_verifier(run: StoredRun, verifier: VerifierConfig) -> StoredRun:
    """With the devices that the verifier needs."""
    return replace(run, config=run.config.model_copy(update={"verifier": verifier}))


async def _judged(
    run: StoredRun | None, reader: RunReader, left: Sequence[Episode], verifier: LoadedVerifier, file: VerdictFile
) -> Judged:
    await asyncio.to_thread(file.begin)
    stored = Stored(
        reader=reader, episodes={episode.task.id: episode for episode in left}, exact=run is not None and _exact(run)
    )
    if run is None:
        return await judge_recorded(stored, verifier, file)
    with open_display(sys.stderr) as display:
        async with opened_devices(run, left) as (client, workers):
            work = judge_again(stored, verifier, file, client, run.template_of, workers, [display])
            return await watched(client, work, [display], local=not run.config.farm.address)


def _exact(run: StoredRun) -> bool:
    """Whether its phones draw the same pixels again: simulated ones in this process, on a clock that waits for them."""
    backends = run.config.backends
    simulated = all(isinstance(entry, SimulatorConfig) and entry.clock == "virtual" for entry in backends)
    return simulated and not run.config.farm.address


def counts(name: str, records: Sequence[VerdictRecord]) -> dict[str, Any]:
    """The contracted keys. `faults` counts verdicts with a fault, `cost` adds up."""
    decisions = Counter(record.verdict.decision for record in records)
    cost = sum((record.verdict.cost for record in records), NO_COST)
    disagreeing = [record for record in records if record.disagrees]
    return {
        "verifier": name,
        "episodes": len(records),
        "success": decisions["success"],
        "failure": decisions["failure"],
        "undecided": decisions["undecided"],
        "faults": sum(bool(record.verdict.faults) for record in records),
        "disagreements": len(disagreeing),
        "disagreeing": [_disagreement(record) for record in disagreeing],
        "cost": {
            "steps": cost.steps,
            "images": cost.images,
            "tokens": cost.prompt_tokens + cost.completion_tokens,
            "seconds": round(cost.seconds, 3),
        },
    }


def plain(said: str) -> Text:
    """Without markup and control characters: reasons quote what stood on screens, which must not steer a terminal."""
    return Text("".join(character if character.isprintable() else " " for character in said))


def _disagreement(record: VerdictRecord) -> dict[str, Any]:
    return {
        "episode": record.episode,
        "verifier": record.verdict.decision,
        "evaluator": short(record.evaluator),
        "reason": record.verdict.reason,
    }


def _print(
    name: str, records: Sequence[VerdictRecord], episodes: Sequence[Episode], damaged: Mapping[str, str]
) -> None:
    claims: Mapping[str, str] = {episode.id: episode.claimed or "nothing" for episode in episodes}
    table = Table(box=None, header_style="bold")
    for column in ("episode", "claimed", "evaluator", name, "sure", "why"):
        table.add_column(column, justify="right" if column == "sure" else "left")
    for record in records:
        verdict = record.verdict
        style = "red" if record.disagrees else ""
        row = (record.episode, claims[record.episode], short(record.evaluator), verdict.decision)
        table.add_row(*map(Text, row), f"{verdict.confidence:.0%}", plain(told(verdict)), style=style)
    console = Console(file=sys.stdout, width=160 if not sys.stdout.isatty() else None)
    console.print(table)
    values = counts(name, records)
    said = ", ".join(f"{values[key]} {key}" for key in ("success", "failure", "undecided"))
    console.print(f"{said}; {values['faults']} with faults, {values['disagreements']} against the evaluator")
    for episode, why in damaged.items():
        console.print(Text(f"! {episode}: {why}", style="red"))

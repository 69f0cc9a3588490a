"""What `farm verify bench` does: every verifier asked of every labelled episode, and rated against its label."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from device_farm.cli.command import Exit
from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.commands.options import at_least_one

if TYPE_CHECKING:
    from device_farm.device import Device
    from device_farm.types.task import Platform
    from gui_agent.labelled.episode import LabelledEpisode
    from gui_agent.verification.bench import Heard
    from gui_agent.verification.loaded import LoadedVerifier

PLAIN: Final = ("scripted", "last-screen", "trajectory", "unanimous", "agentic")
ABLATIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "agentic-no-shell": {"shell": False},
    "agentic-no-gui": {"gui": False},
    "agentic-no-stages": {"stages": False},
    "agentic-no-memory": {"memory": False},
}
_PHONES: Final = 4
_DESKTOPS: Final = 1
_MOST_BROKEN: Final = 0.1
MODEL_SUFFIX: Final = "-model"
"""What the name of a verifier ends in that asks the model of --model rather than rules."""


def configure_bench(parser: argparse.ArgumentParser) -> None:
    """The options of `farm verify bench`."""
    every = ", ".join((*PLAIN, *ABLATIONS))
    parser.add_argument("--verifiers", metavar="NAME,NAME", help=f"of {every} (default all)")
    parser.add_argument("--kinds", metavar="NAME,NAME", help="only episodes made in these ways")
    parser.add_argument("--sample", type=at_least_one, metavar="N", help="N episodes, spread over the set")
    parser.add_argument("--platform", choices=("android", "desktop", "all"), default="all", help="default all")
    parser.add_argument("--labelled", type=Path, metavar="FILE", help="another set than the one that comes along")
    parser.add_argument("--devices", type=at_least_one, metavar="N", help=f"phones at once (default {_PHONES})")
    parser.add_argument("--desktops", type=at_least_one, metavar="N", help=f"desktops at once (default {_DESKTOPS})")
    parser.add_argument("--apart", action="store_true", help="a process for each phone: slow to start, uses every core")
    parser.add_argument("--model", metavar="NAME", help="ask this model as well, behind an OpenAI-compatible server")
    parser.add_argument("--base-url", metavar="URL", default="http://127.0.0.1:8000/v1", help="where it is served")
    parser.add_argument("--runs", type=at_least_one, default=1, metavar="N", help="with a model: the majority's N")
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the verdicts here, and go on with those there")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")


async def run_bench(namespace: argparse.Namespace) -> int:
    """Prints the figures. Exit code 4 where more than a tenth of the episodes broke on the way.

    Raises:
        ConfigError: an unknown verifier or kind, or nothing is left to measure.
        DataError: the labelled set or the folder of verdicts cannot be read.
    """
    from gui_agent.benchmarks.basics import SUITE
    from gui_agent.verification.bench import Bench, HeardFile, all_opened
    from gui_agent.verification.bench_figures import bench_figures, simulated

    begun_s = time.perf_counter()
    episodes, missing = _playable(chosen_episodes(namespace))
    verifiers, curves = chosen_verifiers(namespace)
    kept = None if namespace.out is None else HeardFile(namespace.out / "verdicts.jsonl")
    done = [] if kept is None else _same_verifiers(kept.read(), verifiers, namespace.out)
    ticker = _Ticker(len(episodes), len(done))

    def told(heard: Heard) -> None:
        if kept is not None:
            kept.add(heard)
        ticker.tick()

    if kept is not None:
        kept.begin()
    workers: dict[Platform, int] = {"android": namespace.devices or _PHONES, "desktop": namespace.desktops or _DESKTOPS}
    async with all_opened(verifiers) as ready, _devices(episodes, workers, apart=namespace.apart) as (source, second):
        bench = Bench(source=source, suite=SUITE, episodes=episodes, verifiers=ready, second=second)
        heard = await bench.run(workers, done, told)
    document: dict[str, Any] = bench_figures(SUITE, episodes, heard, curves)
    document["simulated_majority"] = await simulated(episodes, heard)
    document["left_out"] = {**document["left_out"], **missing}
    document["wall_s"] = round(time.perf_counter() - begun_s, 1)
    sys.stdout.write(_table(document))
    if namespace.json:
        sys.stdout.write(json.dumps(document) + "\n")
    broken = sum(one.reward is None for one in heard)
    return Exit.INFRASTRUCTURE if broken > _MOST_BROKEN * len(episodes) else Exit.DONE


def chosen_episodes(namespace: argparse.Namespace) -> list[LabelledEpisode]:
    """Raises ConfigError for an unknown kind, and where none is left."""
    from gui_agent.labelled.episode import KINDS
    from gui_agent.labelled.file import read_labelled

    kinds = _names(namespace.kinds, KINDS, "--kinds")
    episodes = [
        episode
        for episode in read_labelled(namespace.labelled).episodes
        if (not kinds or episode.kind in kinds) and namespace.platform in ("all", episode.platform)
    ]
    if not episodes:
        raise ConfigError("no labelled episode is left", field="--kinds", fix="choose more kinds or platforms")
    count = namespace.sample or len(episodes)
    return episodes if count >= len(episodes) else [episodes[i * len(episodes) // count] for i in range(count)]


def chosen_verifiers(namespace: argparse.Namespace) -> tuple[list[LoadedVerifier], dict[str, list[str]]]:
    """The verifiers, and for each majority the names of its runs. Raises ConfigError."""
    from gui_agent.models.config import OpenAiModelConfig
    from gui_agent.verification.config import (
        AgenticConfig,
        JudgeConfig,
        LastScreenConfig,
        ScriptedConfig,
        TrajectoryConfig,
        UnanimousConfig,
    )
    from gui_agent.verification.loader import load_verifier

    def config(name: str, /, **more: Any) -> Any:
        kinds: dict[str, type[JudgeConfig]] = {
            "last-screen": LastScreenConfig,
            "trajectory": TrajectoryConfig,
            "unanimous": UnanimousConfig,
        }
        if name == "scripted":
            return ScriptedConfig()
        if name in kinds:
            return kinds[name](**more)
        return AgenticConfig(**{"name": name, **ABLATIONS.get(name, {}), **more})

    names = _names(namespace.verifiers, (*PLAIN, *ABLATIONS), "--verifiers") or [*PLAIN, *ABLATIONS]
    made = [load_verifier(config(name)) for name in names]
    curves: dict[str, list[str]] = {}
    if namespace.runs > 1 and not namespace.model:
        raise ConfigError("rules say the same every time", field="--runs", fix="name a model with --model")
    if namespace.model:
        model = OpenAiModelConfig(model=namespace.model, base_urls=(namespace.base_url,))
        asking = [name for name in names if name != "scripted"]
        made += [load_verifier(config(name, name=name + MODEL_SUFFIX, model=model)) for name in asking]
        if namespace.runs > 1:
            runs = [f"agentic{MODEL_SUFFIX}-{run}" for run in range(namespace.runs)]
            made += [
                load_verifier(config("agentic", name=run, model=model, temperature=1.0, seed=seed))
                for seed, run in enumerate(runs)
            ]
            curves["agentic" + MODEL_SUFFIX] = runs
    return made, curves


def _names(text: str | None, known: Sequence[str] | Mapping[Any, Any], field: str) -> list[str]:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise ConfigError(f"unknown name {name!r}", field=field, fix=f"of: {', '.join(known)}")
    return names


def _playable(episodes: Sequence[LabelledEpisode]) -> tuple[list[LabelledEpisode], dict[str, str]]:
    """The episodes that this machine has devices for, and why the others are left out."""
    from device_farm.backends.config import XvfbConfig
    from device_farm.backends.loader import load_backend

    if not any(episode.platform == "desktop" for episode in episodes):
        return list(episodes), {}
    try:
        load_backend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        left = [episode for episode in episodes if episode.platform != "desktop"]
        if not left:
            raise
        return left, {"desktop": f"{len(episodes) - len(left)} episodes: {error.message}"}
    return list(episodes), {}


def _same_verifiers(heard: list[Heard], verifiers: Sequence[LoadedVerifier], out: Path) -> list[Heard]:
    """Verdicts of other verifiers are no part of this bench."""
    names = {verifier.name for verifier in verifiers}
    for one in heard:
        if one.verdicts and {verdict.verifier for verdict in one.verdicts} != names:
            raise ConfigError(f"{out} holds verdicts of other verifiers", field="--out", fix="choose another folder")
    return [one for one in heard if one.reward is not None]


@asynccontextmanager
async def _devices(
    episodes: Sequence[LabelledEpisode], workers: Mapping[Platform, int], *, apart: bool
) -> AsyncIterator[tuple[Any, Any]]:
    """Devices in this process: simulated phones, and one desktop more than there are workers, for copies."""
    from device_farm.backends.config import BackendConfig, SimulatorConfig, XvfbConfig
    from device_farm.embedded import embedded_farm
    from gui_agent.runner.farm import FarmSource

    platforms = {episode.platform for episode in episodes}
    backends: list[BackendConfig] = []
    if "android" in platforms:
        isolation: Literal["process", "in_process"] = "process" if apart else "in_process"
        backends.append(SimulatorConfig(devices=workers["android"], isolation=isolation))
    if "desktop" in platforms:
        backends.append(XvfbConfig(devices=workers["desktop"] + 1))
    async with (
        embedded_farm(backends) as client,
        FarmSource(client, owner="farm-verify") as source,
        FarmSource(client, owner="farm-verify", wait_s=120.0) as copies,
    ):

        def second(platform: Platform) -> AbstractAsyncContextManager[Device]:
            return copies.lease(platform)

        yield source, second


class _Ticker:
    """A plain line now and then."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._done = total, done

    def tick(self) -> None:
        self._done += 1
        if self._done % 50 == 0 or self._done == self._total:
            sys.stderr.write(f"{self._done} of {self._total} episodes\n")


def _table(document: Mapping[str, Any]) -> str:
    """Balanced figures, a line a verifier."""
    lines = [
        f"{document['episodes']} labelled episodes ({document['successes']} successes), "
        f"{len(document['not_reproduced'])} not reproduced; balanced:",
        f"{'verifier':<20}{'accuracy':>9}{'precision':>10}{'recall':>8}{'F1':>8}{'undecided':>10}{'seconds':>9}",
    ]
    for name, values in document["verifiers"].items():
        line = values.get("balanced")
        if line is None:
            continue
        precision = "–" if line["precision"] is None else f"{line['precision']:.1%}"
        lines.append(
            f"{name:<20}{line['accuracy']:>9.1%}{precision:>10}{line['recall']:>8.1%}{line['f1']:>8.1%}"
            f"{line['undecided']:>10.1%}{line['seconds']:>9.3f}"
        )
    lines += [f"left out: {platform}: {why}" for platform, why in document["left_out"].items()]
    return "\n".join(lines) + "\n"

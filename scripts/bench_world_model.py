"""The world model: its parts without any model, and how well trained predictors foretell what was held out.

Prints one JSON line with, as far as they are there:
- `matching`: one assignment of 200 to 200 elements with different texts, `p50_ms`, `p99_ms`, and `cpu_ms` a match;
- `sketch`: printing and parsing one of 200 elements, `print_ms` and `parse_ms`;
- `forks`: forks of the simulated phone a second of one core: `bare_s` takes and restores its state, `acted_s` also
  carries an action out and reads the screen, in this process; `farm_s` does so through gRPC and adb; `acted_ms` and
  `farm_ms` are CPU milliseconds a fork, of all that runs in this process;
- `prediction`: copy and oracle on a random walk over the simulated phone's applications, n transitions: F1, mIoU, text
  similarity, over all and over changed elements;
- `predictors`: copy, a small predictor learnt from nothing (a sketcher) with targets in fixed, random, matched and
  transport order, and the oracle, on templates and applications that no training saw: F1 with its 95% interval
  (episodes and training seeds drawn again), mIoU, text similarity, over all and over changed elements; `margins` over
  the fixed order, `trainings` with their minutes. Needs torch for what is not trained yet;
- `lookahead`: the miniature on 200 tasks in words that its training never saw, by itself, and looking ahead with copy,
  a sketcher, and the oracle, each with who chooses: success with its 95% interval (tasks drawn again), the difference
  from itself on the same tasks, actions changed, milliseconds and tokens a step, and how far the imagined came true;
then the machine. Rates are by CPU time of this process, so that what else the machine does counts little.

    python scripts/bench_world_model.py [--part basics|predictors|lookahead ...] [--keep runs/world-model]
        [--seeds 0,1,2] [--platform android] [--episodes 1056] [--updates N] [--train-only]
        [--matches 200] [--forks 200] [--walk 60] [--seed 0]

Every finished piece stays in DIR and is not made again, so the same command goes on where one was stopped; a run over
one part prints what DIR holds of the others by then.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from bench_common import machine, percentiles_ms

from device_farm.backends.config import SimulatorConfig
from device_farm.client import LeaseRequest
from device_farm.embedded import embedded_farm
from device_farm.simulator.phone import SimulatedPhone
from device_farm.types.action import Action, Click, OpenApp, Swipe, SystemButton
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import ObserveRequest
from device_farm.types.task import Platform
from gui_agent.commands.world_model_lookahead import lookahead_bench
from gui_agent.transitions.predictor_bench import PredictorBench
from world_model.matching.assignment import match
from world_model.matching.scores import Comparison, Scores, compare, mean_of
from world_model.predictors.base import Predictor, Question
from world_model.predictors.copying import CopyPredictor
from world_model.predictors.forks import SnapshotForks
from world_model.predictors.oracle import OraclePredictor
from world_model.predictors.phone_forks import PhoneForks
from world_model.sketch.observed import sketch_of
from world_model.sketch.parsing import parse_sketch
from world_model.sketch.printing import print_sketch
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketcher.orders import ORDERS

ELEMENTS = 200
SCREEN = Size(1080, 2400)
APPS = ("Settings", "Contacts", "Clock", "Files", "SMS Messenger", "Markor")
WORDS = ("battery", "network", "display", "storage", "sound", "alarm", "note", "recipe", "message", "contact", "more")
TREE = ObserveRequest(screenshot=False)


def random_lines(rng: random.Random, count: int) -> tuple[SketchLine, ...]:
    """Different lines of one to five words, anywhere on the screen."""
    lines: dict[SketchLine, None] = {}
    while len(lines) < count:
        left, top = rng.randrange(1000), rng.randrange(2300)
        box = Rect(left, top, rng.randint(left + 20, 1080), rng.randint(top + 20, min(2400, top + 300)))
        text = " ".join(rng.choices(WORDS, k=rng.randint(1, 5))) + f" {rng.randrange(1000)}"
        lines[SketchLine(label=rng.choice(("text", "item", "button")), text=text, box=box)] = None
    return tuple(lines)


def timed(call: Callable[[int], object], times: int) -> tuple[list[float], float]:
    """Wall seconds of every call after a first one, and CPU seconds of one on average."""
    call(0)
    walls, began_cpu = [], time.process_time()
    for number in range(times):
        began = time.perf_counter()
        call(number)
        walls.append(time.perf_counter() - began)
    return walls, (time.process_time() - began_cpu) / times


def measure_matching(times: int, seed: int) -> dict[str, float]:
    rng = random.Random(seed)
    sides = [(random_lines(rng, ELEMENTS), random_lines(rng, ELEMENTS)) for _ in range(10)]
    walls, cpu_s = timed(lambda number: match(*sides[number % len(sides)]), times)
    return {**percentiles_ms(walls), "cpu_ms": round(cpu_s * 1000, 3), "elements": ELEMENTS, "times": times}


def measure_sketch(times: int, seed: int) -> dict[str, float]:
    sketch = Sketch(screen=SCREEN, lines=random_lines(random.Random(seed), ELEMENTS))
    text = print_sketch(sketch)
    if parse_sketch(text, sketch).sketch != sketch:
        raise RuntimeError("the sketch did not come back from its text")
    _, printed_s = timed(lambda _: print_sketch(sketch), times)
    _, parsed_s = timed(lambda _: parse_sketch(text, sketch), times)
    return {"print_ms": round(printed_s * 1000, 3), "parse_ms": round(parsed_s * 1000, 3), "elements": ELEMENTS}


CYCLE: Sequence[tuple[Action, ...]] = (
    (Click(at=Point(540, 585)),),
    (Swipe(start=Point(540, 1700), end=Point(540, 900)),),
    (SystemButton(button="back"),),
    (Click(at=Point(540, 1485)),),
)


async def measure_forks(times: int, seed: int) -> dict[str, float]:
    phone = SimulatedPhone.boot(seed=seed)
    copy = SimulatedPhone.boot(seed=seed)
    _, bare_s = timed(lambda _: copy.restore(phone.snapshot()), times * 20)
    async with (
        embedded_farm([SimulatorConfig(devices=1, seed=seed)]) as farm,
        farm.lease(LeaseRequest(owner="bench")) as held,
    ):
        await held.device.act(OpenApp(name="Settings"))
        farm_s = await _fork_cpu_s(SnapshotForks(held.device), max(8, times // 5))
    acted_s = await _fork_cpu_s(PhoneForks(phone), times)
    return {
        "bare_s": round(1 / bare_s),
        "acted_s": round(1 / acted_s),
        "farm_s": round(1 / farm_s),
        "acted_ms": round(acted_s * 1000, 2),
        "farm_ms": round(farm_s * 1000, 2),
    }


async def _fork_cpu_s(forks: SnapshotForks | PhoneForks, times: int) -> float:
    sequences = [CYCLE[number % len(CYCLE)] for number in range(times)]
    await forks.outcomes(CYCLE)
    began = time.process_time()
    await forks.outcomes(sequences)
    return (time.process_time() - began) / times


async def measure_prediction(steps: int, seed: int) -> dict[str, Any]:
    """Every prediction is made before the action is carried out on the phone itself, and compared with what came."""
    rng = random.Random(seed)
    async with (
        embedded_farm([SimulatorConfig(devices=1, seed=seed)]) as farm,
        farm.lease(LeaseRequest(owner="bench")) as held,
    ):
        device = held.device
        predictors: tuple[Predictor, ...] = (CopyPredictor(), OraclePredictor(SnapshotForks(device)))
        found: dict[str, list[Comparison]] = {predictor.name: [] for predictor in predictors}
        before = sketch_of(await device.observe(TREE))
        for _ in range(steps):
            action = random_action(before, rng)
            question = Question(sketch=before, action=action, goal="", platform="android")
            guesses = [(await predictor.predict([question]))[0] for predictor in predictors]
            after = sketch_of(await device.act_and_observe(action, TREE))
            for predictor, guess in zip(predictors, guesses, strict=True):
                found[predictor.name].append(compare(before, guess.sketch, after))
            before = after
    return {"what": "random walk on a simulated phone", **{name: summary(all_) for name, all_ in found.items()}}


def random_action(sketch: Sketch, rng: random.Random) -> Action:
    touchable = [line for line in sketch.lines if line.label not in ("text", "image", "list")]
    if rng.random() < 0.15 or not touchable:
        return OpenApp(name=rng.choice(APPS))
    if rng.random() < 0.15:
        return SystemButton(button="back")
    if rng.random() < 0.15:
        return Swipe(start=Point(540, 1700), end=Point(540, 900))
    return Click(at=rng.choice(touchable).box.center)


def summary(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    means = mean_of(comparisons)
    return {
        **_figures(means.whole, ""),
        **(_figures(means.changed, "_changed") if means.changed is not None else {}),
        "n": means.n,
        "n_changed": means.n_changed,
    }


def _figures(scores: Scores, ending: str) -> dict[str, float]:
    return {
        f"f1{ending}": round(scores.f1, 4),
        f"miou{ending}": round(scores.miou, 4),
        f"text_similarity{ending}": round(scores.text_similarity, 4),
    }


def measure_basics(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "matching": measure_matching(options.matches, options.seed),
        "sketch": measure_sketch(options.matches, options.seed),
        "forks": asyncio.run(measure_forks(options.forks, options.seed)),
        "prediction": asyncio.run(measure_prediction(options.walk, options.seed)),
        "seed": options.seed,
    }


def measure_predictors(options: argparse.Namespace) -> dict[str, Any]:
    bench = PredictorBench(
        keep=options.keep,
        platform=options.platform,
        episodes=options.episodes,
        seeds=tuple(int(seed) for seed in options.seeds.split(",")),
        orders=tuple(order for order in ORDERS if order in options.orders.split(",")),
        updates=options.updates,
        tell=lambda text: print(text, file=sys.stderr, flush=True),
    )
    asyncio.run(bench.train())
    return {} if options.train_only else asyncio.run(bench.figures())


def measure_lookahead(options: argparse.Namespace) -> dict[str, Any]:
    bench = lookahead_bench(options.keep, seed=options.seed)

    async def play() -> None:
        for name in bench.arms:
            print(f"playing {name}", file=sys.stderr, flush=True)
            await bench.play(name)

    asyncio.run(play())
    return {"lookahead": bench.figures()}


PARTS: Mapping[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "basics": measure_basics,
    "predictors": measure_predictors,
    "lookahead": measure_lookahead,
}
"""Each gives keys of the line that no other one has."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS, default=[], help="default: all")
    parser.add_argument("--keep", type=Path, default=Path("runs/world-model"), metavar="DIR", help="where pieces stay")
    parser.add_argument("--seeds", default="0,1,2", help="predictors: training seeds")
    parser.add_argument("--orders", default=",".join(ORDERS), help="predictors: of the targets")
    parser.add_argument("--platform", choices=get_args(Platform), default="android", help="predictors: whose screens")
    parser.add_argument("--episodes", type=int, default=1056, help="predictors: episodes that are collected")
    parser.add_argument(
        "--updates", type=int, metavar="N", help="predictors: of every training (default: its recipe's)"
    )
    parser.add_argument("--train-only", action="store_true", help="predictors: train what is missing, score nothing")
    parser.add_argument("--matches", type=int, default=200, help="assignments measured")
    parser.add_argument("--forks", type=int, default=200, help="forks measured in this process; a fifth through a farm")
    parser.add_argument("--walk", type=int, default=60, help="transitions of the random walk")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if min(options.matches, options.forks, options.walk) < 1:
        parser.error("--matches, --forks and --walk must be at least 1")
    pieces = options.keep / "figures"
    pieces.mkdir(parents=True, exist_ok=True)
    for name in options.part or PARTS:
        if figures := PARTS[name](options):
            (pieces / f"{name}.json").write_text(json.dumps(figures), encoding="utf-8")
    result: dict[str, Any] = {"benchmark": "world_model"}
    for name in PARTS:
        if (pieces / f"{name}.json").exists():
            result |= json.loads((pieces / f"{name}.json").read_text("utf-8"))
    print(json.dumps({**result, "machine": machine()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

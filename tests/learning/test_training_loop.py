"""The trainer on a policy of a few hundred parameters: batches, gradients, resuming, broken numbers and checkpoints."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
save_file = pytest.importorskip("safetensors.torch", reason="safetensors is not installed").save_file

from device_farm.errors import ConfigError, DataError, PolicyError  # noqa: E402
from gui_agent.models.prompt import ChatPrompt, Message  # noqa: E402
from gui_agent.rl.types import TrainSample  # noqa: E402
from gui_agent.store.files import StorageError  # noqa: E402
from gui_agent.training.batches import epoch_batches, micro_batches, pad  # noqa: E402
from gui_agent.training.checkpoint import checkpoints, newest, verify  # noqa: E402
from gui_agent.training.config import OptimiserConfig, TrainerConfig  # noqa: E402
from gui_agent.training.metrics import MetricsLog, ProgressTable  # noqa: E402
from gui_agent.training.objective import LikelihoodObjective  # noqa: E402
from gui_agent.training.policy import TokenScores  # noqa: E402
from gui_agent.training.schedule import learning_rate  # noqa: E402
from gui_agent.training.source import FixedSource, Supply  # noqa: E402
from gui_agent.training.trainer import CHECKPOINTS, METRICS, Trainer  # noqa: E402

WORDS = 8
Disk: TypeAlias = Callable[[str], AbstractContextManager[Path]]


class TinyPolicy:
    """Each token depends on the one before it, the first on the prompt; with dropout, so that its seed matters."""

    def __init__(self, seed: int = 0, dropout: float = 0.1) -> None:
        torch.manual_seed(seed)
        self.module = torch.nn.Sequential(
            torch.nn.Embedding(WORDS, 8), torch.nn.Dropout(dropout), torch.nn.Linear(8, WORDS)
        )
        self.calls: list[int] = []

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        self.calls.append(len(samples))
        rows = [np.concatenate([[start_of(sample)], sample.response_ids_T]) for sample in samples]
        longest = max(len(row) for row in rows)
        ids = torch.tensor(np.array([np.pad(row, (0, longest - len(row))) for row in rows]))
        table = self.module(ids[:, :-1]).log_softmax(-1)
        inside = torch.tensor([[at < len(row) - 1 for at in range(longest - 1)] for row in rows])
        chosen = table.gather(-1, ids[:, 1:, None])[..., 0]
        entropies = -(table.exp() * table).sum(-1)
        return TokenScores(logprobs_NT=chosen * inside, entropies_NT=entropies * inside)

    def save(self, folder: Path) -> None:
        torch.save(self.module.state_dict(), folder / "weights.pt")


def start_of(sample: TrainSample) -> int:
    assert isinstance(sample.prompt, ChatPrompt)
    return len(sample.prompt.messages)


def sample(ids: list[int], start: int = 1, weight: float = 1.0, mask: list[bool] | None = None) -> TrainSample:
    return TrainSample(
        prompt=ChatPrompt(messages=(Message.of_text("user", "go"),) * start),
        response_ids_T=np.array(ids, dtype=np.int64),
        sampled_logprobs_T=np.zeros(0, dtype=np.float32),
        advantages_T=np.full(len(ids), weight, dtype=np.float32),
        mask_T=np.array(mask or [True] * len(ids)),
    )


SAMPLES = [sample([2 + index % 3] * (1 + index % 4), start=1 + index % 2) for index in range(10)]


def source(samples: Sequence[TrainSample] = SAMPLES, size: int = 4, seed: int = 0) -> FixedSource:
    return FixedSource(samples, [len(one.response_ids_T) for one in samples], size=size, seed=seed)


def config(updates: int, **more: Any) -> TrainerConfig:
    values = {"updates": updates, "tokens": 8, "checkpoint_every": 3, "optimiser": OptimiserConfig(lr=0.05)}
    return TrainerConfig.model_validate({**values, **more})


def train(out: Path, updates: int, *, policy: TinyPolicy | None = None, resume: bool = False, **more: Any) -> Any:
    trainer = Trainer(policy or TinyPolicy(), LikelihoodObjective(), source(), config(updates, **more), out)
    return asyncio.run(trainer.run(resume=resume))


def untimed(out: Path) -> list[dict[str, Any]]:
    records = MetricsLog(out / METRICS).read()
    return [{name: value for name, value in record.items() if not name.endswith("_s")} for record in records]


def test_training_lowers_the_loss(tmp_path: Path) -> None:
    last = train(tmp_path / "run", 40)
    records = untimed(tmp_path / "run")
    assert [record["update"] for record in records] == list(range(1, 41))
    assert last["loss"] < records[0]["loss"] / 2
    assert last["skipped"] == 0


@pytest.mark.parametrize("stopped_at", [3, 5])
def test_resumed_run_has_the_metrics_and_weights_of_an_unbroken_one(tmp_path: Path, stopped_at: int) -> None:
    optimiser = OptimiserConfig(lr=0.05, schedule="cosine", warmup=2)
    whole, broken = TinyPolicy(), TinyPolicy()
    train(tmp_path / "whole", 9, policy=whole, optimiser=optimiser)
    died = Trainer(
        broken, LikelihoodObjective(), Dying(stopped_at), config(9, optimiser=optimiser), tmp_path / "broken"
    )
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(died.run())
    again = TinyPolicy(seed=7)
    torch.rand(3)
    train(tmp_path / "broken", 9, policy=again, resume=True, optimiser=optimiser)
    assert untimed(tmp_path / "broken") == untimed(tmp_path / "whole")
    for one, other in zip(again.module.parameters(), whole.module.parameters(), strict=True):
        assert torch.equal(one, other)


class Dying(FixedSource):
    """A process that is killed while it waits for the samples of an update."""

    def __init__(self, after: int) -> None:
        super().__init__(SAMPLES, [len(one.response_ids_T) for one in SAMPLES], size=4, seed=0)
        self._left = after

    async def next(self, policy_version: int) -> Supply:
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1
        return await super().next(policy_version)


def test_accumulated_gradient_is_the_mean_over_all_tokens(tmp_path: Path) -> None:
    samples = [sample([2]), sample([3, 4, 5]), sample([6, 2], mask=[True, False])]
    policies = []
    for tokens in (100, 1):
        policy = TinyPolicy(dropout=0.0)
        made = Trainer(
            policy, LikelihoodObjective(), source(samples, size=3), config(1, tokens=tokens), tmp_path / str(tokens)
        )
        result = asyncio.run(made.run())
        policies.append((policy, result))
    (one, first), (many, second) = policies
    assert (one.calls, many.calls) == ([3], [1, 1, 1])
    assert (first["tokens"], second["tokens"]) == (5, 5)
    scores = TinyPolicy(dropout=0.0).score(samples).logprobs_NT
    kept = pad(samples, torch.device("cpu")).mask_NT
    assert first["loss"] == pytest.approx(float(-scores[kept].mean().detach()), rel=1e-6)
    assert second["loss"] == pytest.approx(first["loss"], rel=1e-6)
    assert second["gradient_norm"] == pytest.approx(first["gradient_norm"], rel=1e-5)


class Broken:
    """No number in the updates of the given numbers, counted from 1."""

    needs_reference = False

    def __init__(self, *bad: int) -> None:
        self._bad = bad
        self._calls = 0

    def __call__(self, scores: TokenScores, batch: Any, *, tokens: int) -> Any:
        self._calls += 1
        factor = float("nan") if self._calls in self._bad else 1.0
        return -scores.logprobs_NT.mean() * factor, {}


def test_update_without_a_finite_loss_is_skipped_and_counted(tmp_path: Path) -> None:
    policy = TinyPolicy()
    trainer = Trainer(policy, Broken(2, 3), source(), config(5, tokens=100), tmp_path)
    last = asyncio.run(trainer.run())
    records = untimed(tmp_path)
    assert [record["loss"] is None for record in records] == [False, True, True, False, False]
    assert last["skipped"] == 2
    assert all(bool(torch.isfinite(weight).all()) for weight in policy.module.parameters())


def test_three_bad_updates_in_a_row_end_the_run_before_their_checkpoint(tmp_path: Path) -> None:
    trainer = Trainer(TinyPolicy(), Broken(4, 5, 6), source(), config(9, tokens=100), tmp_path)
    with pytest.raises(PolicyError, match=r"3 updates in a row, the last 6.*--resume"):
        asyncio.run(trainer.run())
    assert [path.name for path in checkpoints(tmp_path / CHECKPOINTS)] == ["update-00000003"]


class Empty:
    """A source whose groups were all equal."""

    async def next(self, policy_version: int) -> Supply:
        return Supply(samples=(), figures={"groups_equal": 4})

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        return


def test_update_without_samples_is_skipped_and_does_not_count_as_broken(tmp_path: Path) -> None:
    notes = io.StringIO()
    table = ProgressTable(notes, 4)
    trainer = Trainer(TinyPolicy(), LikelihoodObjective(), Empty(), config(4), tmp_path, listeners=[table])
    last = asyncio.run(trainer.run())
    assert (last["skipped"], last["loss"], last["groups_equal"]) == (4, None, 4)
    assert "none of 4 updates had anything to learn from" in notes.getvalue()


@pytest.mark.parametrize("damage", ["cut", "other", "missing", "manifest"])
def test_checkpoint_that_is_not_whole_is_refused_and_the_one_before_used(tmp_path: Path, damage: str) -> None:
    train(tmp_path / "whole", 9)
    train(tmp_path / "run", 6)
    root = tmp_path / "run" / CHECKPOINTS
    state = root / "update-00000006" / "state.pt"
    match damage:
        case "cut":
            state.write_bytes(state.read_bytes()[:-10])
        case "other":
            data = bytearray(state.read_bytes())
            data[len(data) // 2] ^= 1
            state.write_bytes(bytes(data))
        case "missing":
            state.unlink()
        case "manifest":
            (state.parent / "manifest.json").write_text("{")
    with pytest.raises(DataError, match=r"update-00000006 is not a whole checkpoint.*(state\.pt|manifest\.json)"):
        verify(state.parent)
    assert newest(root).folder == root / "update-00000003"
    notes = io.StringIO()
    trainer = Trainer(
        TinyPolicy(), LikelihoodObjective(), source(), config(9), tmp_path / "run", listeners=[ProgressTable(notes, 9)]
    )
    asyncio.run(trainer.run(resume=True))
    assert "update-00000006 is not a whole checkpoint" in notes.getvalue()
    assert untimed(tmp_path / "run") == untimed(tmp_path / "whole")


def test_resume_with_no_whole_checkpoint_is_refused(tmp_path: Path) -> None:
    train(tmp_path, 3)
    (tmp_path / CHECKPOINTS / "update-00000003" / "state.pt").unlink()
    with pytest.raises(DataError, match="not a whole checkpoint"):
        train(tmp_path, 6, resume=True)


def test_run_into_a_used_folder_is_refused(tmp_path: Path) -> None:
    train(tmp_path, 1)
    with pytest.raises(ConfigError, match="--resume"):
        train(tmp_path, 1)


def test_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    train(tmp_path, 3)
    other = TinyPolicy()
    other.module.append(torch.nn.Linear(WORDS, WORDS))
    with pytest.raises(DataError, match="another model"):
        train(tmp_path, 6, policy=other, resume=True)


def test_old_checkpoints_are_deleted(tmp_path: Path) -> None:
    train(tmp_path, 10, keep=2)
    assert [path.name for path in checkpoints(tmp_path / CHECKPOINTS)] == ["update-00000009", "update-00000010"]


def test_damaged_checkpoint_does_not_push_out_those_of_the_run_that_goes_on(tmp_path: Path) -> None:
    train(tmp_path, 6, keep=1, checkpoint_every=2)
    root = tmp_path / CHECKPOINTS
    (root / "update-00000006").rename(root / "update-00000009")
    train(tmp_path / "other", 4, keep=1)
    (tmp_path / "other" / CHECKPOINTS / "update-00000004").rename(root / "update-00000004")
    (root / "update-00000009" / "manifest.json").write_text('{"format": 1, "files": {"state.pt": null}}')
    last = train(tmp_path, 7, resume=True, keep=1, checkpoint_every=1)
    assert [path.name for path in checkpoints(root)] == ["update-00000007", "update-00000009"]
    assert (last["update"], newest(root).folder) == (7, root / "update-00000007")


def test_metrics_with_a_torn_last_line_go_on(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "metrics.jsonl")
    log.append({"update": 1, "loss": 1.0})
    log.append({"update": 2, "loss": math.inf})
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"update": 3, "lo')
    log.cut(2)
    assert [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()] == [
        {"update": 1, "loss": 1.0},
        {"update": 2, "loss": None},
    ]


def test_learning_rate_by_hand() -> None:
    warm = OptimiserConfig(lr=1.0, schedule="cosine", warmup=2, final_share=0.2)
    rates = [learning_rate(warm, update, 7) for update in range(7)]
    assert rates == pytest.approx([0.5, 1.0, 1.0, 0.2 + 0.8 * 0.853553, 0.6, 0.2 + 0.8 * 0.146447, 0.2], abs=1e-6)
    assert [learning_rate(OptimiserConfig(lr=3.0), update, 2) for update in range(2)] == [3.0, 3.0]


def test_micro_batches_keep_to_the_budget() -> None:
    batches = micro_batches("abcdef", [1, 5, 2, 9, 2, 2], 8)
    assert batches == [["d"], ["b"], ["c", "e", "f", "a"]]


def test_epoch_batches_hold_every_index_once_in_like_lengths() -> None:
    lengths = [index % 7 for index in range(40)]
    batches = epoch_batches(lengths, 4, seed=3, epoch=1)
    assert sorted(index for batch in batches for index in batch) == list(range(40))
    assert batches == epoch_batches(lengths, 4, seed=3, epoch=1) != epoch_batches(lengths, 4, seed=3, epoch=2)
    assert max(max(lengths[i] for i in batch) - min(lengths[i] for i in batch) for batch in batches) <= 1


def test_padding_is_masked_and_uneven_samples_are_refused() -> None:
    padded = pad([sample([1, 2], weight=0.5), sample([3])], torch.device("cpu"))
    assert padded.mask_NT.tolist() == [[True, True], [True, False]]
    assert padded.advantages_NT.tolist() == [[0.5, 0.5], [1.0, 0.0]]
    assert not padded.has_sampled
    with pytest.raises(ValueError, match="2 ids, but 1 in mask"):
        pad([sample([1, 2], mask=[True])], torch.device("cpu"))


class Filling:
    """Fills the disk once the given update is done."""

    def __init__(self, disk: Path, after: int) -> None:
        self._disk, self._after = disk, after

    def on_update(self, record: Mapping[str, Any]) -> None:
        if record["update"] == self._after:
            fill(self._disk)

    def on_note(self, text: str) -> None:
        return


def fill(disk: Path) -> None:
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_full_disk_ends_the_run_with_the_fix_and_leaves_the_checkpoint_before(tmp_path: Path, small_disk: Disk) -> None:
    train(tmp_path / "whole", 9)
    with small_disk("2m") as disk:
        run = disk / "run"
        filling = Trainer(
            TinyPolicy(), LikelihoodObjective(), source(), config(9), run, listeners=[Filling(disk, after=4)]
        )
        with pytest.raises(StorageError) as caught:
            asyncio.run(filling.run())
        assert f"cannot write {run / CHECKPOINTS}/update-00000006: No space left on device" in str(caught.value)
        assert "free some space, then run again with --resume; checkpoints before it stand" in str(caught.value)
        assert [path.name for path in (run / CHECKPOINTS).iterdir()] == ["update-00000003"]
        verify(run / CHECKPOINTS / "update-00000003")
        (disk / "filler").unlink()
        train(run, 9, resume=True)
        assert untimed(run) == untimed(tmp_path / "whole")


class Exporting(TinyPolicy):
    """Writes its weights, and more, as safetensors does it."""

    def save(self, folder: Path) -> None:
        save_file({"more": torch.zeros(1_000_000)}, folder / "model.safetensors")


def test_full_disk_under_exported_weights_is_called_one(small_disk: Disk) -> None:
    with small_disk("1m") as disk:
        with pytest.raises(StorageError, match=r"update-00000003: No space left on device"):
            train(disk / "run", 9, policy=Exporting())
        assert list((disk / "run" / CHECKPOINTS).iterdir()) == []


class ByPath(TinyPolicy):
    """Lets torch open the file, which then says nothing of the disk."""

    def save(self, folder: Path) -> None:
        torch.save({"more": torch.zeros(1_000_000)}, folder / "more.pt")


def test_full_disk_under_weights_that_torch_wrote_by_path_is_called_one(small_disk: Disk) -> None:
    with small_disk("1m") as disk:
        with pytest.raises(StorageError, match=r"update-00000003: No space left on device"):
            train(disk / "run", 9, policy=ByPath())
        assert list((disk / "run" / CHECKPOINTS).iterdir()) == []


def test_full_disk_under_the_metrics_is_called_one(small_disk: Disk) -> None:
    with small_disk("1m") as disk:
        log = MetricsLog(disk / METRICS)
        log.append({"update": 1})
        fill(disk)
        with pytest.raises(StorageError, match=r"cannot write .*metrics\.jsonl: No space left.*checkpoints stand"):
            for update in range(2, 2000):
                log.append({"update": update})
        with pytest.raises(StorageError, match=r"cannot write .*metrics\.jsonl: No space left"):
            log.cut(400)
        assert [record["update"] for record in log.read()][:3] == [1, 2, 3]


def test_what_goes_wrong_in_an_export_for_other_reasons_is_raised_as_it_is(tmp_path: Path) -> None:
    class Odd(TinyPolicy):
        def save(self, folder: Path) -> None:
            raise ValueError("no such layer")

    with pytest.raises(ValueError, match="no such layer"):
        train(tmp_path, 3, policy=Odd())

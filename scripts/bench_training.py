"""Packed training against one step at a time and against TRL's GRPOTrainer: same model, same tokens, same run.

Prints one JSON line. For each history of `histories` (`two_screens`, as UI-S1 trains, and `all_screens`) and for
`per_step`, `packed` and `trl`: `tokens_per_s`, in tokens that the steps have one by one, which is the same work for
all; `s` an update (forward, backward, AdamW; the best of `--repeat`; on the CPU processor time, which other work on
the machine does not add to), `memory_gib` beyond the model, `computed_tokens`, and on a GPU
`mfu`, of the tokens that were really computed. Then `speedup` and `speedup_trl` of packed, `saving` in tokens, and
`gradient_difference` to per-step, the largest of all weights as a share of its tensor's largest; `trl` likewise.
What did not run says why under `skipped`.

    python scripts/bench_training.py [--repeat 3]                 miniature, float32, CPU
    python scripts/bench_training.py --gpu 3b 7b [--repeat 5]     Qwen2.5-VL's shapes, random weights, bfloat16, one GPU
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VARIANTS = ("per_step", "packed", "trl")
HISTORIES = {"two_screens": 2, "all_screens": 99}
PEAK_FLOPS = {"H200": 989.5e12, "H100": 989.5e12, "A100": 312e12}
"""Dense bfloat16, by a part of the device's name."""


def workload(name: str, images: int) -> Any:
    from training_workload import Load

    from device_farm.types.geometry import Size

    if name == "miniature":
        return Load(groups=1, n=4, steps=6, images=images, screen=Size(224, 448), system=100, reply=24)
    return Load(groups=1, n=8, steps=8, images=images, screen=Size(1080, 2400), system=600, reply=96)


def measure(name: str, variant: str, images: int, repeat: int, gradients: Path) -> dict[str, Any]:
    """One variant in this process, so that its memory is its own."""
    import torch
    from training_workload import SHAPES, build_parts, build_samples

    gpu = name != "miniature"
    device = torch.device("cuda" if gpu else "cpu")
    parts = build_parts(SHAPES[name], device, torch.bfloat16 if gpu else torch.float32)
    samples = build_samples(workload(name, images), parts)
    if gpu:
        parts.module.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    tokens = 32_768 if gpu else 8_192
    work, facts = (trl_update if variant == "trl" else own_update)(parts, samples, tokens, packs=variant == "packed")
    optimiser = torch.optim.AdamW(parts.module.parameters(), lr=0.0, fused=gpu)
    before_gib = used_gib()
    work()
    torch.save({key: weight.grad.cpu() for key, weight in named(parts.module)}, gradients)
    clock = time.perf_counter if gpu else time.process_time
    times_s = []
    for _ in range(repeat):
        optimiser.zero_grad(set_to_none=True)
        begun_s = clock()
        work()
        optimiser.step()
        if gpu:
            torch.cuda.synchronize()
        times_s.append(clock() - begun_s)
    found = {"s": min(times_s), "memory_gib": used_gib() - (0 if gpu else before_gib), **facts}
    if gpu:
        found["mfu"] = facts["flops"] / min(times_s) / peak(torch.cuda.get_device_name())
    return found


def named(module: Any) -> list[tuple[str, Any]]:
    """Under the names that they have without what TRL wraps around them."""
    found = [(name.removeprefix("module."), weight) for name, weight in module.named_parameters()]
    return [(name, weight) for name, weight in found if weight.grad is not None]


def used_gib() -> float:
    import torch

    if torch.cuda.is_available():
        return float(torch.cuda.max_memory_allocated() / 2**30)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def peak(device: str) -> float:
    return next((flops for part, flops in PEAK_FLOPS.items() if part in device), PEAK_FLOPS["H100"])


def own_update(parts: Any, samples: Any, tokens: int, *, packs: bool) -> tuple[Callable[[], None], dict[str, Any]]:
    """Gradients of mean(−A · log π) over all tokens: what a clipped policy gradient is at its first step."""
    import torch
    from training_workload import build_policy

    from gui_agent.training.batches import batches_for, pad
    from gui_agent.training.language.scorer import packed_inputs

    policy = build_policy(parts, packs=packs)
    batches = batches_for(policy, samples, tokens)
    total = sum(len(one.response_ids_T) for one in samples)

    def work() -> None:
        for batch in batches:
            padded = pad(batch, parts.device)
            scores = policy.score(batch)
            loss = -(scores.logprobs_NT * padded.advantages_NT * padded.mask_NT).sum() / total
            loss.backward()

    steps = [[policy.encode(one) for one in batch] for batch in batches]
    alone = [len(one.whole.ids_T) for batch in steps for one in batch]
    if packs:
        with torch.no_grad():
            sizes = [packed_inputs(parts, batch).sequences.ids_NT.shape[1] for batch in steps]
        seen = [image for batch in steps for image in {i.key: i for one in batch for i in one.whole.images}.values()]
    else:
        sizes = [len(batch) * max(len(one.whole.ids_T) for one in batch) for batch in steps]
        seen = [image for batch in steps for image in {i.key: i for one in batch for i in one.whole.images}.values()]
    facts = {"tokens": sum(alone), "computed_tokens": sum(sizes), "images_encoded": len(seen), "batches": len(batches)}
    return work, {**facts, "flops": flops(parts, sizes, total, sum(len(one.pixels_PF) for one in seen))}


def trl_update(parts: Any, samples: Any, tokens: int, *, packs: bool) -> tuple[Callable[[], None], dict[str, Any]]:
    """GRPOTrainer's own loss on the same tokens, in padded batches of the same size; its rollouts are not run."""
    from training_workload import build_policy

    from gui_agent.training.batches import micro_batches

    policy = build_policy(parts, packs=False)
    parts.module.get_decoder().config._attn_implementation = "sdpa"
    parts.module.model.visual.config._attn_implementation = "sdpa"
    trainer = trl_trainer(parts)
    trainer.current_gradient_accumulation_steps = 1
    encoded = [policy.encode(one) for one in samples]
    lengths = [len(one.whole.ids_T) for one in encoded]
    batches = micro_batches(list(range(len(samples))), lengths, tokens)
    total = sum(len(one.response_ids_T) for one in samples)
    inputs = [trl_inputs(parts, [samples[at] for at in batch], [encoded[at] for at in batch]) for batch in batches]

    def work() -> None:
        for each in inputs:
            loss = trainer.compute_loss(trainer.model, each)
            # Its mean is over the batch's tokens; all batches count by theirs.
            (loss * (float(each["completion_mask"].sum()) / total)).backward()

    sizes = [len(batch) * max(lengths[at] for at in batch) for batch in batches]
    images = [image for one in encoded for image in one.whole.images]
    facts = {
        "tokens": sum(lengths),
        "computed_tokens": sum(sizes),
        "images_encoded": len(images),
        "batches": len(batches),
    }
    return work, {**facts, "flops": flops(parts, sizes, total, sum(len(one.pixels_PF) for one in images))}


def trl_trainer(parts: Any) -> Any:
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    config = GRPOConfig(
        output_dir=tempfile.mkdtemp(prefix="bench-trl-"),
        beta=0.0,
        loss_type="bnpo",
        per_device_train_batch_size=2,
        num_generations=2,
        bf16=parts.device.type == "cuda",
        use_cpu=parts.device.type == "cpu",
        gradient_checkpointing=parts.device.type == "cuda",
        report_to=[],
    )

    def reward(completions: Sequence[str], **more: Any) -> list[float]:
        return [0.0] * len(completions)

    return GRPOTrainer(
        model=parts.module,
        reward_funcs=reward,
        args=config,
        train_dataset=Dataset.from_dict({"prompt": ["a", "b"]}),
        processing_class=parts.tokenizer,
    )


def trl_inputs(parts: Any, samples: Any, encoded: Any) -> dict[str, Any]:
    """As `_generate_and_score_completions` hands them on: prompts padded at the front, replies at the end."""
    import numpy as np
    import torch

    from gui_agent.models.transformers_forward import patches_on

    prompts = [one.whole.ids_T[: len(one.whole.ids_T) - one.response] for one in encoded]
    longest, reply = max(map(len, prompts)), max(one.response for one in encoded)
    shape = (len(samples), longest), (len(samples), reply)
    prompt_ids, prompt_mask = np.full(shape[0], parts.pad_id), np.zeros(shape[0], np.int64)
    reply_ids, reply_mask = np.full(shape[1], parts.pad_id), np.zeros(shape[1], np.int64)
    for row, (prompt, sample) in enumerate(zip(prompts, samples, strict=True)):
        prompt_ids[row, longest - len(prompt) :], prompt_mask[row, longest - len(prompt) :] = prompt, 1
        length = len(sample.response_ids_T)
        reply_ids[row, :length], reply_mask[row, :length] = sample.response_ids_T, 1
    images = [image for one in encoded for image in one.whole.images]
    form = parts.encoder.form
    arrays = {
        "prompt_ids": prompt_ids,
        "prompt_mask": prompt_mask,
        "completion_ids": reply_ids,
        "completion_mask": reply_mask,
        "advantages": np.array([one.advantages_T[0] for one in samples], np.float32),
        "image_grid_thw": np.array([(1, *image.grid) for image in images]),
        "mm_token_type_ids": (np.concatenate([prompt_ids, reply_ids], axis=1) == form.token_id).astype(np.int64),
    }
    tensors: dict[str, Any] = {name: torch.from_numpy(array).to(parts.device) for name, array in arrays.items()}
    tensors["pixel_values"] = patches_on(parts, np.concatenate([image.pixels_PF for image in images]))
    tensors["num_images"] = [len(one.whole.images) for one in encoded]
    return tensors


def flops(parts: Any, sizes: Sequence[int], replies: int, patches: int) -> float:
    """Of forward and backward passes: 6 · weights · tokens for either tower, the head for replies only. Attention is
    left out, and so is what is computed twice to save memory: the figure is on the low side for all alike.
    """
    module = parts.module
    head = module.lm_head.weight.numel()
    language = sum(weight.numel() for weight in module.get_decoder().layers.parameters())
    eye = sum(weight.numel() for weight in module.model.visual.parameters())
    return 6.0 * (language * sum(sizes) + head * replies + eye * patches)


def compare(name: str, history: str, repeat: int) -> dict[str, Any]:
    """All variants, each in a process of its own."""
    import torch

    with tempfile.TemporaryDirectory(prefix="bench-training-") as folder:
        found: dict[str, Any] = {}
        for variant in VARIANTS:
            path = Path(folder, f"{variant}.pt")
            command = [sys.executable, __file__, "--one", name, variant, history, str(path), "--repeat", str(repeat)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment())
            if done.returncode:
                found.setdefault("skipped", {})[variant] = done.stderr.strip().splitlines()[-1][:300]
                continue
            found[variant] = json.loads(done.stdout.strip().splitlines()[-1])
            found[variant]["tokens_per_s"] = found[variant]["tokens"] / found[variant]["s"]
        grads = {path.stem: torch.load(path, weights_only=True) for path in Path(folder).glob("*.pt")}
    return found | ratios(found, grads)


def ratios(found: dict[str, Any], grads: dict[str, Any]) -> dict[str, Any]:
    packed, alone, trl = (found.get(variant) for variant in ("packed", "per_step", "trl"))
    result: dict[str, Any] = {}
    if packed and alone:
        result["speedup"] = alone["s"] / packed["s"]
        result["saving"] = alone["tokens"] / packed["computed_tokens"]
        result["gradient_difference"] = difference(grads["packed"], grads["per_step"])
    if packed and trl:
        result["speedup_trl"] = trl["s"] / packed["s"]
        result["gradient_difference_trl"] = difference(grads["trl"], grads["per_step"])
    return result


def difference(one: dict[str, Any], other: dict[str, Any]) -> float:
    if one.keys() != other.keys():
        raise RuntimeError(f"gradients of other weights: {sorted(one.keys() ^ other.keys())[:3]}")
    parts = [
        float((one[key].float() - other[key].float()).abs().max() / other[key].float().abs().max().clamp(min=1e-12))
        for key in other
    ]
    return max(parts)


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpu", nargs="+", choices=("3b", "7b"), metavar="SHAPE", help="3b, 7b: on this machine's GPU")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, variant, history, path = options.one
        print(json.dumps(measure(name, variant, HISTORIES[history], options.repeat, Path(path))))
        return 0
    import torch

    if options.gpu and not torch.cuda.is_available():
        print("there is no GPU that torch can use", file=sys.stderr)
        return 3
    result: dict[str, Any] = {"torch": torch.__version__, "device": "cpu"}
    if options.gpu:
        result["device"] = torch.cuda.get_device_name()
    for name in options.gpu or ("miniature",):
        result[name] = {history: compare(name, history, options.repeat) for history in HISTORIES}
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())

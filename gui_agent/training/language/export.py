"""A trained model as a plain folder: what `AutoModelFor…` and vLLM load, with nothing of this program in it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers.utils import cached_file

_COPIED = ("preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json", "chat_template.json")
ADAPTER = "adapter"
"""The folder beside the merged weights that holds the adapters alone, as peft and vLLM's `--enable-lora` read them."""
_OUTER = "base_model.model."


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a policy came from: the folder or hub name whose processor it uses, and how weights are to be stored.

    `min_pixels` and `max_pixels` are what the policy was trained with, None for the processor's own: whoever serves
    the folder must resize alike.
    """

    path: str
    dtype: torch.dtype
    tokenizer: Any
    min_pixels: int | None = None
    max_pixels: int | None = None


def save_language_model(module: Any, source: Source, folder: Path) -> None:
    """Weights in `source.dtype`, adapters merged in; tokenizer; processor. Adapters alone are in `adapter`."""
    layers = adapter_layers(module)
    state = merged_state(module, layers, source.dtype)
    module.save_pretrained(folder, state_dict=state)
    _restate_dtype(folder, source.dtype)
    source.tokenizer.save_pretrained(folder)
    for name in _COPIED:
        found = cached_file(source.path, name, _raise_exceptions_for_missing_entries=False)
        if found is not None:
            shutil.copyfile(found, folder / name)
    _state_pixels(folder, source)
    if layers:
        save_adapters(module, source, folder / ADAPTER)


def adapter_layers(module: Any) -> dict[str, Any]:
    """The layers that peft put adapters into, by their names. None where peft was never imported."""
    return {
        name: part for name, part in module.named_modules() if hasattr(part, "base_layer") and hasattr(part, "lora_A")
    }


def merged_state(module: Any, layers: dict[str, Any], dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """W + scaling · B·A under the plain names; the module itself is not touched, so that training goes on exactly."""
    state: dict[str, torch.Tensor] = {}
    for name, weight in module.state_dict().items():
        owner = next((layer for layer in layers if name.startswith(f"{layer}.")), None)
        if owner is None:
            state[name] = weight.detach().to(dtype)
            continue
        part = name.removeprefix(f"{owner}.")
        if not part.startswith("base_layer."):
            continue
        if part == "base_layer.weight":
            layer = layers[owner]
            deltas = [layer.get_delta_weight(adapter) for adapter in layer.active_adapters]
            weight = sum((delta.float() for delta in deltas), start=weight.detach().float())
        state[f"{owner}.{part.removeprefix('base_layer.')}"] = weight.detach().to(dtype)
    return state


def save_adapters(module: Any, source: Source, folder: Path) -> None:
    """The adapters alone, in peft's format, into a new folder."""
    from safetensors.torch import save_file  # type: ignore[import-not-found, unused-ignore]

    folder.mkdir()
    weights = {
        # peft's files leave the adapter's own name out.
        _OUTER + name.replace(".default.weight", ".weight"): weight.detach().to(source.dtype).cpu().contiguous()
        for name, weight in module.named_parameters()
        if ".lora_A." in name or ".lora_B." in name
    }
    save_file(weights, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    layers = adapter_layers(module)
    first = next(iter(layers.values()))
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": source.path,
        "r": first.r["default"],
        "lora_alpha": first.lora_alpha["default"],
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": sorted(layers),
        "inference_mode": True,
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def _restate_dtype(folder: Path, dtype: torch.dtype) -> None:
    """Of the stored weights, not of those in training, which may be float32."""
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8"))
    name = str(dtype).removeprefix("torch.")
    for part in (config, config.get("text_config"), config.get("vision_config")):
        if part is not None:
            part["dtype"] = name
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", "utf-8")


def _state_pixels(folder: Path, source: Source) -> None:
    path = folder / "preprocessor_config.json"
    bounds = {"shortest_edge": source.min_pixels, "longest_edge": source.max_pixels}
    stated = {name: value for name, value in bounds.items() if value is not None}
    if not stated or not path.exists():
        return
    config = json.loads(path.read_text("utf-8"))
    config["size"] = {**(config.get("size") or {}), **stated}
    named = {"shortest_edge": "min_pixels", "longest_edge": "max_pixels"}
    config |= {named[name]: value for name, value in stated.items()}
    path.write_text(json.dumps(config, indent=1) + "\n", "utf-8")

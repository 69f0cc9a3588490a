"""Tiny random transformers models with a tokenizer trained on the spot, as folders that load like any checkpoint."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

try:
    import torchvision  # type: ignore[import-untyped,unused-ignore]  # noqa: F401
except ImportError:
    pass
except RuntimeError:
    # A torchvision built for another torch breaks every import of a model; without one they load.
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    sys.modules["torchvision"] = None  # type: ignore[assignment]
pytest.importorskip("transformers", reason="transformers is not installed")


import cv2
import numpy as np

from device_farm.types.geometry import Size
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, TextPart
from gui_agent.training.language.from_config import SHAPES, Family, build_model

_SHAPE = replace(SHAPES["tiny"], vocabulary=300, context=1024)


def tiny_model(kind: Family, folder: Path) -> Path:
    """The same weights each time."""
    return build_model(folder, kind, _SHAPE, ["click the button", "the button is clicked"])


def screen(seed: int, size: Size | None = None) -> ImagePart:
    size = size or Size(64, 96)
    pixels = np.random.default_rng(seed).integers(0, 256, (size.height, size.width, 3), dtype=np.uint8)
    data = cv2.imencode(".png", pixels)[1].tobytes()
    return ImagePart(data=data, media_type="image/png", size=size, digest=f"{seed}-{size}")


def dialogue(text: str, *images: ImagePart) -> ChatPrompt:
    user = Message(role="user", parts=(TextPart(text=text), *images))
    return ChatPrompt(messages=(Message.of_text("system", "You click."), user))

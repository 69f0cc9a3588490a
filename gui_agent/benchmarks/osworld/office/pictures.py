"""The image editor: a picture mirrored, made smaller, written in another format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from device_farm.desktop.png import encode_png
from gui_agent.benchmarks.osworld.office.model import DOCUMENTS, OfficeTask, expected_file, guest_file

DOMAIN: Final = "gimp"
PHOTO: Final = f"{DOCUMENTS}/photo.png"
EXPORTED: Final = f"{DOCUMENTS}/photo.jpg"
GOLD: Final = "photo_gold.png"
WIDTH, HEIGHT = 240, 160
"""Of the picture, in pixels."""
SMALL_WIDTH, SMALL_HEIGHT = WIDTH // 2, HEIGHT // 2


def photo() -> NDArray[np.uint8]:
    """RGB `(HEIGHT, WIDTH, 3)`: a sky that grows lighter, a moon on the left, a slope on the right."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    pixels[..., 0] = 20 + rows // 2
    pixels[..., 1] = 60 + rows // 2
    pixels[..., 2] = 120 + columns // 3
    pixels[columns + 2 * rows > 2 * HEIGHT] = (60, 110, 40)
    pixels[(rows - 45) ** 2 + (columns - 60) ** 2 < 24**2] = (250, 240, 200)
    return pixels


def halved(pixels_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Half as wide and high: the mean of every two by two pixels. Both sides must be even."""
    height, width, channels = pixels_HWC.shape
    blocks = pixels_HWC.reshape(height // 2, 2, width // 2, 2, channels)
    return np.asarray(blocks.mean(axis=(1, 3)).round(), np.uint8)


def png(pixels_HWC: NDArray[np.uint8]) -> bytes:
    """RGB pixels as a PNG."""
    height, width, _ = pixels_HWC.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = pixels_HWC.reshape(height, -1)
    return encode_png(rows)


def _task(name: str, instruction: str, function: str, result: Mapping[str, Any], gold: bytes) -> OfficeTask:
    return OfficeTask(
        id=f"farm-image-{name}",
        domain=DOMAIN,
        instruction=instruction,
        apps=(DOMAIN,),
        brings={PHOTO: png(photo())},
        launches=("gimp", PHOTO),
        evaluator={"func": function, "result": result, "expected": expected_file(GOLD)},
        expected={GOLD: gold},
    )


def tasks() -> list[OfficeTask]:
    picture = photo()
    return [
        _task(
            "mirror",
            f"Mirror the open picture, so that left becomes right, and export it over {PHOTO}.",
            "check_image_mirror",
            guest_file(PHOTO),
            png(picture),
        ),
        _task(
            "scale",
            f"Scale the open picture to {SMALL_WIDTH} × {SMALL_HEIGHT} pixels and export it over {PHOTO}.",
            "check_structure_sim",
            guest_file(PHOTO),
            png(halved(picture)),
        ),
        _task(
            "export",
            f"Export the open picture as the JPEG file {EXPORTED}.",
            "check_file_exists_and_structure_sim",
            guest_file(EXPORTED),
            png(picture),
        ),
    ]

"""The miniature's weights as one file that numpy reads."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from device_farm.errors import DataError
from gui_agent.miniature.shape import Shape

WEIGHTS: Final = "mini.npz"
SHIPPED: Final = Path(__file__).with_name("weights") / WEIGHTS
_SHAPE = "shape"


def write_weights(path: Path, shape: Shape, weights: Mapping[str, NDArray[Any]], *, half: bool = False) -> Path:
    """Writes `path`, or WEIGHTS in the folder `path`. `half` keeps 16 bits of each number and compresses them."""
    path = path / WEIGHTS if path.is_dir() else path
    dtype = np.float16 if half else np.float32
    arrays = {name: np.asarray(values, dtype=dtype) for name, values in weights.items()}
    described = np.frombuffer(json.dumps(shape.to_json()).encode(), dtype=np.uint8)
    save = np.savez_compressed if half else np.savez
    save(path, **{_SHAPE: described}, **arrays)  # type: ignore[arg-type]
    return path


def read_weights(path: Path) -> tuple[Shape, dict[str, NDArray[np.float32]]]:
    """Of a file, or of WEIGHTS in a folder.

    Raises:
        DataError: there is none, it is cut short, or it is of another version; names the file.
    """
    path = path / WEIGHTS if path.is_dir() else path
    try:
        with np.load(path, allow_pickle=False) as stored:
            shape = Shape.from_json(json.loads(stored[_SHAPE].tobytes()))
            weights = {name: stored[name].astype(np.float32) for name in shape.weights()}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} holds no weights of a miniature: {error}", field="weights") from error
    for name, size in shape.weights().items():
        if weights[name].shape != size:
            raise DataError(f"{path}: {name} has shape {weights[name].shape} instead of {size}", field="weights")
    return shape, weights

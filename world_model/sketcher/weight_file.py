"""A sketcher as one file that numpy reads: shape, vocabulary and weights."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from device_farm.errors import DataError
from world_model.sketcher.model import Sketcher
from world_model.sketcher.shape import Shape
from world_model.sketcher.vocabulary import Vocabulary

SKETCHER: Final = "sketcher.npz"
_SHAPE: Final = "shape"
_VOCABULARY: Final = "vocabulary"


def write_sketcher(path: Path, model: Sketcher) -> Path:
    """Writes `path`, or SKETCHER in the folder `path`; what was there is replaced when the new one is whole."""
    path = path / SKETCHER if path.is_dir() else path
    arrays: dict[str, Any] = {name: np.asarray(values, dtype=np.float32) for name, values in model.weights.items()}
    arrays[_SHAPE] = np.frombuffer(json.dumps(model.shape.to_json()).encode(), dtype=np.uint8)
    arrays[_VOCABULARY] = np.frombuffer(model.vocabulary.dumps(), dtype=np.uint8)
    half = path.with_name(f".{path.name}.half")
    with half.open("wb") as file:
        np.savez_compressed(file, **arrays)
    half.replace(path)
    return path


def load_sketcher(path: Path) -> Sketcher:
    """Of a file, or of SKETCHER in a folder.

    Raises:
        DataError: there is none, it is cut short, its weights are not those of its vocabulary, or it is of another
            version; names the file.
    """
    path = path / SKETCHER if path.is_dir() else path
    try:
        with np.load(path, allow_pickle=False) as stored:
            shape = Shape.from_json(json.loads(stored[_SHAPE].tobytes()))
            vocabulary = Vocabulary.from_json(json.loads(stored[_VOCABULARY].tobytes()))
            names = shape.weights(len(vocabulary.entries), len(vocabulary.edits), len(vocabulary.headers))
            weights = {name: stored[name].astype(np.float32) for name in names}
        return Sketcher(shape=shape, vocabulary=vocabulary, weights=weights, name=f"sketcher:{path.stem}")
    except DataError as error:
        raise DataError(f"{path}: {error.message}", field=error.field, fix=error.fix or "train again") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        fix = "name the file that farm train world-model wrote"
        raise DataError(f"{path} holds no sketcher: {error}", field="weights", fix=fix) from error

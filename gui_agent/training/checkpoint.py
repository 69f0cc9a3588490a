"""Checkpoints: folders that appear whole, by rename, with a manifest that tells a cut file from a whole one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from device_farm.errors import DataError
from gui_agent.store.files import storage_errors

MANIFEST = "manifest.json"
STATE = "state.pt"
POLICY = "policy"
_PREFIX = "update-"
_FORMAT = 1
_CHUNK = 1 << 20
_FULL_BYTES = 1 << 16
"""A disk with less room is full: nothing that is written here is smaller by much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The newest whole checkpoint, None where there is none, and why newer ones were refused."""

    folder: Path | None
    refused: tuple[DataError, ...] = ()


def save_checkpoint(root: Path, update: int, state: Mapping[str, Any], export: Callable[[Path], None]) -> Path:
    """Writes `root/update-N`: the state to go on from, and beside it the policy, by `export`, to be used elsewhere.

    Whatever happens in between, a folder of that name is a whole one. Raises StorageError where the disk is full or not
    writable; those before stand, and nothing is left of this one.
    """
    final = checkpoint_folder(root, update)
    begun = root / f".{final.name}.new"
    try:
        with storing(final):
            _write(begun, final, update, state, export)
    except BaseException:
        shutil.rmtree(begun, ignore_errors=True)
        raise
    return final


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turns an OSError, and what torch and safetensors make of one, into a StorageError that names `path`."""
    with storage_errors(path, kept="checkpoints before it stand"):
        try:
            yield
        except Exception as error:
            code = _disk_code(error, path.parent)
            if code is None or isinstance(error, OSError):
                raise
            raise OSError(code, os.strerror(code)) from error


def _disk_code(error: BaseException, folder: Path) -> int | None:
    """The errno of the OSError behind an error, None where there is none."""
    if (told := re.search(r"\(os error (\d+)\)", str(error))) is not None:  # safetensors keeps the words alone
        return int(told[1])
    behind: BaseException | None = error
    while behind is not None and not isinstance(behind, OSError):
        behind = behind.__cause__ or behind.__context__
    if behind is not None:
        return behind.errno
    # torch, given a path, tells of no OSError at all; the file that did not fit is still there.
    return errno.ENOSPC if folder.is_dir() and shutil.disk_usage(folder).free < _FULL_BYTES else None


def _write(begun: Path, final: Path, update: int, state: Mapping[str, Any], export: Callable[[Path], None]) -> None:
    shutil.rmtree(begun, ignore_errors=True)
    (begun / POLICY).mkdir(parents=True)
    with (begun / STATE).open("wb") as file:  # given a path, torch says nothing of a full disk
        torch.save(dict(state), file)
    export(begun / POLICY)
    files = {str(path.relative_to(begun)): _describe(path) for path in sorted(begun.rglob("*")) if path.is_file()}
    (begun / MANIFEST).write_text(json.dumps({"format": _FORMAT, "update": update, "files": files}, indent=1), "utf-8")
    for path in [*begun.rglob("*"), begun]:
        _sync(path)
    if final.exists():
        shutil.rmtree(final)
    begun.rename(final)
    _sync(final.parent)


def checkpoint_folder(root: Path, update: int) -> Path:
    """Where the checkpoint of an update lies, if there is one."""
    return root / f"{_PREFIX}{update:08d}"


def prune(root: Path, keep: int, update: int) -> None:
    """Deletes all but the newest `keep` up to that of `update`, and what a killed process left half written.

    What is numbered higher was refused when the run went on from an earlier one, and takes nobody's place.
    """
    last = checkpoint_folder(root, update).name
    for path in [path for path in checkpoints(root) if path.name <= last][:-keep]:
        shutil.rmtree(path)
    for path in root.glob(f".{_PREFIX}*.new"):
        shutil.rmtree(path)


def checkpoints(root: Path) -> list[Path]:
    """Oldest first."""
    return sorted(path for path in root.glob(f"{_PREFIX}*") if path.is_dir())


def newest(root: Path) -> Found:
    """The newest checkpoint that is whole."""
    refused: list[DataError] = []
    for path in reversed(checkpoints(root)):
        try:
            verify(path)
        except DataError as error:
            refused.append(error)
            continue
        return Found(folder=path, refused=tuple(refused))
    return Found(folder=None, refused=tuple(refused))


def verify(folder: Path) -> None:
    """Raises DataError, naming the file, unless every file is there as it was written."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        files = {str(name): (each["size"], each["sha256"]) for name, each in manifest["files"].items()}
        version = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(folder, f"{MANIFEST} cannot be read: {error}") from error
    if version != _FORMAT:
        raise _broken(folder, f"it has format {version}, this program reads {_FORMAT}")
    for name, (size, digest) in files.items():
        path = folder / name
        if not path.is_file():
            raise _broken(folder, f"{name} is missing")
        if path.stat().st_size != size:
            raise _broken(folder, f"{name} has {path.stat().st_size} bytes instead of {size}")
        if _describe(path)["sha256"] != digest:
            raise _broken(folder, f"{name} has other contents than were written")


def load_state(folder: Path) -> dict[str, Any]:
    """The state of a checkpoint that `newest` or `verify` found whole, on the CPU."""
    state: dict[str, Any] = torch.load(folder / STATE, map_location="cpu", weights_only=True)
    return state


def random_state() -> dict[str, Any]:
    """Of every generator that training may draw from."""
    kind, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": (str(kind), torch.from_numpy(np.asarray(keys).copy()), int(position), int(has_gauss), float(gauss)),
        "python": random.getstate(),
    }


def restore_random_state(state: Mapping[str, Any]) -> None:
    torch.set_rng_state(state["torch"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
    kind, keys, position, has_gauss, gauss = state["numpy"]
    np.random.set_state((kind, keys.numpy(), position, has_gauss, gauss))
    random.setstate(state["python"])


def trained_state(module: torch.nn.Module) -> dict[str, Any]:
    """What training changes: the parameters with gradients, and the buffers. Frozen weights are the policy's own."""
    named = module.named_parameters(remove_duplicate=False)  # a tied weight under each of its names
    frozen = {name for name, weight in named if not weight.requires_grad}
    return {name: value for name, value in module.state_dict().items() if name not in frozen}


def restore_trained_state(module: torch.nn.Module, state: Mapping[str, Any]) -> None:
    """Raises DataError where the checkpoint is of another model."""
    wanted = set(trained_state(module))
    if wanted != set(state):
        differing = sorted(wanted ^ set(state))
        raise DataError(f"the checkpoint is of another model: {differing[0]} is in only one", field="policy")
    module.load_state_dict(dict(state), strict=False)


def _describe(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return {"size": path.stat().st_size, "sha256": digest.hexdigest()}


def _broken(folder: Path, why: str) -> DataError:
    fix = "delete the folder, or go on from an earlier one"
    return DataError(f"{folder} is not a whole checkpoint: {why}", field="checkpoint", fix=fix)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

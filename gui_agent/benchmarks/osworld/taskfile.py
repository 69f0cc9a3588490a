"""Task files as OSWorld writes them: found, read, checked."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_farm.errors import ConfigError

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_FIX = "see an example of OSWorld's evaluation_examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """One task. `document` is the whole JSON object, as OSWorld's environment gets it; `domain` its folder's name.

    `name` is the id, and where several folders have a task of that id, `DOMAIN/ID`.
    """

    name: str
    domain: str
    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def instruction(self) -> str:
        return str(self.document["instruction"])

    @property
    def steps(self) -> Sequence[Mapping[str, Any]]:
        """What is done before the agent begins."""
        return tuple(self.document.get("config") or ())

    @property
    def closing_steps(self) -> Sequence[Mapping[str, Any]]:
        """What is done before the verdict."""
        return tuple(self.document["evaluator"].get("postconfig") or ())

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the metrics."""
        named = self.document["evaluator"]["func"]
        return (named,) if isinstance(named, str) else tuple(named)

    def getters(self) -> tuple[Mapping[str, Any], ...]:
        """What the metrics compare, of `result` and `expected`."""
        evaluator = self.document["evaluator"]
        found: list[Mapping[str, Any]] = []
        for key in ("result", "expected"):
            said = evaluator.get(key) or ()
            found += [part for part in (said if isinstance(said, list) else [said]) if part]
        return tuple(found)


def named(files: Sequence[TaskFile], name: str) -> list[TaskFile]:
    """The tasks that `name` means: one by its name, else those of a domain, else those whose name or id begins so."""
    return (
        [file for file in files if file.name == name]
        or [file for file in files if file.domain == name]
        or [file for file in files if file.name.startswith(name) or file.id.startswith(name)]
    )


def read_tasks(folder: Path) -> list[TaskFile]:
    """The tasks of `folder/examples/DOMAIN/ID.json`, or of `folder/DOMAIN/ID.json`, by domain and id.

    Raises:
        ConfigError: there are none, or one is malformed; names the file and what is wrong in it.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder", field="--tasks-dir", fix="name OSWorld's evaluation_examples")
    root = folder / "examples" if (folder / "examples").is_dir() else folder
    paths = sorted(root.glob("*/*.json"))
    if not paths:
        message = f"{root} holds no DOMAIN/ID.json"
        raise ConfigError(message, field="--tasks-dir", fix="name OSWorld's evaluation_examples")
    documents = [(path, _read(path)) for path in paths]
    counts = Counter(str(document["id"]) for _, document in documents)
    return [
        TaskFile(
            name=document["id"] if counts[document["id"]] == 1 else f"{path.parent.name}/{document['id']}",
            domain=path.parent.name,
            document=document,
        )
        for path, document in documents
    ]


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} is no JSON: {error}", field="--tasks-dir", fix=_FIX) from error
    if not isinstance(document, dict):
        raise _malformed(path, "is no object")
    if not isinstance(document.get("id"), str) or not _ID.fullmatch(document["id"]):
        raise _malformed(path, f"has no usable id: {document.get('id')!r:.80}")
    if not isinstance(document.get("instruction"), str) or not document["instruction"].strip():
        raise _malformed(path, "has no instruction")
    _check_steps(path, "config", document.get("config"))
    _check_evaluator(path, document.get("evaluator"))
    return document


def _check_steps(path: Path, name: str, steps: Any) -> None:
    if steps is None:
        return
    if not isinstance(steps, list):
        raise _malformed(path, f"has a {name} that is no list")
    for number, step in enumerate(steps):
        if not isinstance(step, dict) or not isinstance(step.get("type"), str):
            raise _malformed(path, f"has no type in {name}[{number}]")
        if not isinstance(step.get("parameters"), dict):
            raise _malformed(path, f"has no parameters in {name}[{number}]")


def _check_evaluator(path: Path, evaluator: Any) -> None:
    if not isinstance(evaluator, dict):
        raise _malformed(path, "has no evaluator")
    named = evaluator.get("func")
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        raise _malformed(path, "has no evaluator.func, a name or a list of names")
    _check_steps(path, "evaluator.postconfig", evaluator.get("postconfig"))
    for key in ("result", "expected"):
        said = evaluator.get(key)
        parts = said if isinstance(said, list) else [said]
        if any(part and (not isinstance(part, dict) or not isinstance(part.get("type"), str)) for part in parts):
            raise _malformed(path, f"has no type in evaluator.{key}")
        if isinstance(named, list) and isinstance(said, list) and said and len(said) != len(named):
            raise _malformed(path, f"has {len(named)} evaluator.func, but {len(said)} evaluator.{key}")


def _malformed(path: Path, what: str) -> ConfigError:
    return ConfigError(f"{path} {what}", field="--tasks-dir", fix=_FIX)

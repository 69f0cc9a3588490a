"""Modules that OSWorld imports and few of its evaluators use: stood in for until one is used.

Run in the worker process, so this file imports nothing of this project.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

PACKAGES = {"acoustid": "pyacoustid", "fitz": "pymupdf", "cv2": "opencv-python-headless", "docx": "python-docx"}
"""Modules whose package has another name."""


class AbsentModuleError(ImportError):
    """An evaluator used a module that is not installed."""


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last finder: whatever `owner` imports and nobody else finds becomes a module that fails when it is used.

    `used` names the packages that were missed since it was last cleared: evaluators catch exceptions and score 0.
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._made: set[str] = set()
        self.used: list[str] = []

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        inside = fullname.partition(".")[0] in self._made
        if not inside and (path is not None or not self._asked_by_owner()):
            return None
        self._made.add(fullname.partition(".")[0])
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def _asked_by_owner(self) -> bool:
        """Only the owner's own imports count: libraries try out what is there and take other ways."""
        frame = sys._getframe(2)
        while frame is not None and frame.f_globals.get("__name__", "").startswith("importlib"):
            frame = frame.f_back  # type: ignore[assignment]
        name = "" if frame is None else str(frame.f_globals.get("__name__", ""))
        return name == self._owner or name.startswith(self._owner + ".")

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Absent(spec.name, self)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing to run."""

    def miss(self, name: str) -> AbsentModuleError:
        top = name.partition(".")[0]
        package = PACKAGES.get(top, top)
        if package not in self.used:
            self.used.append(package)
        return AbsentModuleError(f"the evaluator needs {name}, which is not installed")


class _Absent(types.ModuleType):
    """A module, and everything in it: having it is free, using it is not."""

    __path__: list[str] = []

    def __init__(self, name: str, owner: StandIns) -> None:
        super().__init__(name)
        self.__dict__["_stand_ins"] = owner

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _Absent(f"{self.__name__}.{name}", self.__dict__["_stand_ins"])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise self.__dict__["_stand_ins"].miss(self.__name__)

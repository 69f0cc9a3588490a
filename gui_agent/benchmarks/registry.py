"""Suites by name. A suite is imported only when it is asked for."""

from __future__ import annotations

from typing import Final

from device_farm.config import import_attribute
from device_farm.errors import ConfigError
from gui_agent.benchmarks.base import Suite
from gui_agent.benchmarks.check import check_suite

ANDROIDWORLD: Final = "androidworld"
"""The suite whose tasks another program holds; it is made from a run's config, by `gui_agent.composition`."""

OSWORLD: Final = "osworld"
"""Likewise; its tasks are the files of a folder."""

BUILT_IN: Final = {
    "androidworld_restated": "gui_agent.benchmarks.androidworld.tasks:SUITE",
    "basics": "gui_agent.benchmarks.basics:SUITE",
}
"""Name to `module:attribute`. `--suite` takes such a path as well, for suites from elsewhere."""


def load_suite(name: str) -> Suite:
    """The suite called `name`, or the one at an import path `module:attribute`.

    Raises:
        ConfigError: there is none; lists those there are.
    """
    path = name if ":" in name else BUILT_IN.get(name)
    known = ", ".join(sorted((*BUILT_IN, ANDROIDWORLD, OSWORLD)))
    if path is None:
        raise ConfigError(f"unknown suite {name!r}", field="--suite", fix=f"one of: {known}; or MODULE:ATTRIBUTE")
    suite = import_attribute(path, field="--suite")
    if not isinstance(suite, Suite):
        fix = "name an object: SUITE = Suite(name=..., templates=(...,))"
        raise ConfigError(f"{path} is a {type(suite).__name__}, not a Suite", field="--suite", fix=fix)
    if ":" in name:
        check_suite(suite, path)
    return suite


def suite_of_task(name: str) -> Suite:
    """The suite that a stored task names: the same lookup, without an import path a task could smuggle in."""
    if ":" in name:
        raise ConfigError(f"a stored task names the suite {name!r}", field="suite", fix="pass it with --suite")
    return load_suite(name)

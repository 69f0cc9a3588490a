"""The way to a Ray cluster. The only module, beside the workers', that imports ray."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from device_farm.errors import ConfigError, PrerequisiteError, TransportError

FIX = "pip install 'gui-agent-farm[cluster]'"


def ray_module() -> Any:
    """Raises PrerequisiteError where ray is not installed."""
    # Ray reports how it is used unless it is told not to before it is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise PrerequisiteError(f"ray cannot be imported: {error}", field="--ray", fix=FIX) from error
    return ray


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Any]:
    """The ray module, connected to the cluster; left as it was found where this process was connected before.

    Raises:
        PrerequisiteError: ray is not installed.
        ConfigError: the cluster runs another version of ray or Python.
        TransportError: no cluster answers there.
    """
    ray = ray_module()
    if ray.is_initialized():
        yield ray
        return
    try:
        await asyncio.to_thread(
            ray.init, address=address, namespace="farm", logging_level="error", configure_logging=False
        )
    except ConnectionError as error:
        fix = "run `ray start --head` and name its HOST:PORT; export RAY_AUTH_MODE=token where it has a token"
        raise TransportError(f"no Ray cluster answers at {address}: {error}", field="--ray", fix=fix) from error
    except (RuntimeError, ValueError) as error:
        raise ConfigError(f"cannot join the Ray cluster at {address}: {error}", field="--ray") from error
    try:
        yield ray
    finally:
        await asyncio.to_thread(ray.shutdown)


def machines(ray: Any) -> int:
    """How many nodes of the cluster are alive."""
    return sum(bool(node["Alive"]) for node in ray.nodes())


def check_ray(address: str, *, installed: bool | None = None) -> None:
    """Raises PrerequisiteError where a cluster is asked for and ray is not installed."""
    there = importlib.util.find_spec("ray") is not None if installed is None else installed
    if address and not there:
        raise PrerequisiteError("ray is not installed", field="--ray", fix=FIX)

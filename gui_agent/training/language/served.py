"""Replies from vLLM servers that are given each version of the adapters that are trained."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from device_farm.errors import ConfigError
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.openai_endpoint import OpenAiEndpoint
from gui_agent.models.prompt import Prompt
from gui_agent.training.checkpoint import storing

_PARTING_S = 10.0


class AdapterServers:
    """The model of a learner whose weights are here and whose replies come from elsewhere.

    `save` writes the present adapters into a folder that does not exist yet. Every version has a name of its own, so no
    reply is of two versions; that of the version before is taken away when the next one is there.
    """

    def __init__(self, endpoint: OpenAiEndpoint, adapters: str, save: Callable[[Path], None]) -> None:
        self._endpoint = endpoint
        self._adapters = adapters
        self._save = save
        # Names that an earlier run may have left on the servers would be of other weights.
        self._run = f"{endpoint.name}-{uuid.uuid4().hex[:8]}"
        self._root: Path | None = None
        self._before: Path | None = None

    @property
    def name(self) -> str:
        return self._endpoint.name

    async def __aenter__(self) -> Self:
        """Raises ConfigError where the folder for adapters cannot be written."""
        await self._endpoint.__aenter__()
        try:
            self._root = await asyncio.to_thread(_own_folder, self._adapters, self._run)
        except OSError as error:
            await self._endpoint.__aexit__(None, None, None)
            message = f"cannot write {self._adapters or tempfile.gettempdir()}: {error.strerror}"
            raise ConfigError(message, field="server.adapters") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._before is not None:
                async with asyncio.timeout(_PARTING_S):
                    await self._endpoint.drop_adapter(self._before.name)
        except TimeoutError:
            pass  # a server that hangs keeps what nobody asks for any more
        finally:
            self._before = None
            await self._endpoint.__aexit__(kind, error, trace)
            if self._root is not None:
                shutil.rmtree(self._root, ignore_errors=True)

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        """Raises PolicyError, as the endpoint's; also before the first version was published."""
        return await self._endpoint.generate(prompt, sampling, n=n)

    async def publish(self, version: int) -> dict[str, float]:
        """Replies are of the present adapters from here on; call it while none is on its way. Figures of the update.

        Raises:
            PolicyError: no server takes them.
            StorageError: they cannot be written.
        """
        assert self._root is not None
        folder = self._root / f"{self._run}-{version}"
        await asyncio.to_thread(self._stored, folder)
        missing = await self._endpoint.serve_adapter(folder.name, str(folder))
        before, self._before = self._before, folder
        if before is not None and before != folder:
            await self._endpoint.drop_adapter(before.name)
            await asyncio.to_thread(shutil.rmtree, before, ignore_errors=True)
        return {"servers_without_adapter": missing}

    def _stored(self, folder: Path) -> None:
        with storing(folder):
            self._save(folder)


def _own_folder(adapters: str, run: str) -> Path:
    if not adapters:
        return Path(tempfile.mkdtemp(prefix=f"{run}-"))
    folder = Path(adapters).resolve() / run
    folder.mkdir(parents=True)
    return folder

"""`farm train` on the machines of a Ray cluster: one rank an actor, in place of a torchrun on each machine."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from device_farm.errors import CapacityError, FarmError, PolicyError, TransportError
from gui_agent.cluster.connection import connected
from gui_agent.training.distributed.team import of_rank

_PLACE_S = 300.0


class TrainWorker:
    """A Ray actor: one rank in a process of its own."""

    def meeting_point(self) -> tuple[str, int]:
        """An address of this machine and a port that is free on it."""
        import ray

        with socket.socket() as free:
            free.bind(("", 0))
            return str(ray.util.get_node_ip_address()), int(free.getsockname()[1])

    def run(self, rank: int, size: int, meeting_point: tuple[str, int], folder: str, arguments: Sequence[str]) -> None:
        """Runs `farm ARGUMENTS` as one rank, in `folder` where this machine has it.

        The rank's GPU is the one that Ray has given the actor, and the only one that it sees.

        Raises:
            PolicyError: the command ended with an error, of which it has told.
        """
        from device_farm.cli.main import main

        address, port = meeting_point
        if os.path.isdir(folder):
            os.chdir(folder)
        said = {"RANK": rank, "LOCAL_RANK": 0, "WORLD_SIZE": size, "MASTER_ADDR": address, "MASTER_PORT": port}
        os.environ.update({name: str(value) for name, value in said.items()})
        if code := main(arguments):
            raise PolicyError(f"ended with exit code {code}; its log says why")


async def train_on_cluster(address: str, ranks: int, arguments: Sequence[str]) -> None:
    """Runs `farm ARGUMENTS` on `ranks` actors, with a GPU each, or a CPU each in a cluster without any.

    The run folder must lie where every machine that may hold rank 0 sees it.

    Raises:
        PrerequisiteError: ray is not installed.
        TransportError: no cluster answers, or a machine died; the run goes on with --resume.
        CapacityError: the cluster has no room for so many ranks.
        PolicyError: a rank ended with an error.
    """
    async with connected(address) as ray:
        gpus = int(ray.cluster_resources().get("GPU", 0))
        with ExitStack() as stack:
            actors = []
            for _ in range(ranks):
                booked = ray.remote(num_cpus=1, num_gpus=1 if gpus else 0, scheduling_strategy="SPREAD")
                actor = booked(TrainWorker).remote()
                stack.callback(ray.kill, actor)
                actors.append(actor)
            await _run(ray, actors, arguments)


async def _run(ray: Any, actors: Sequence[Any], arguments: Sequence[str]) -> None:
    try:
        async with asyncio.timeout(_PLACE_S):
            points = await asyncio.gather(*(actor.meeting_point.remote() for actor in actors))
    except TimeoutError as error:
        message = f"no room for {len(actors)} ranks within {_PLACE_S:g} s"
        raise CapacityError(message, field="--ray", fix="ask for fewer, or add machines") from error
    calls = [
        asyncio.ensure_future(actor.run.remote(rank, len(actors), points[0], os.getcwd(), list(arguments)))
        for rank, actor in enumerate(actors)
    ]
    # The first rank that fails ends all: the others would wait for it.
    done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_EXCEPTION)
    for call in done:
        failed = call.exception()
        if isinstance(failed, ray.exceptions.RayTaskError):
            cause = failed.cause if isinstance(failed.cause, FarmError) else failed
            raise of_rank(calls.index(call), cause)
        if isinstance(failed, ray.exceptions.RayError):
            text = str(failed).strip().splitlines()[0]
            raise TransportError(
                f"rank {calls.index(call)} is gone: {text}", field="--ray", fix="add --resume"
            ) from failed

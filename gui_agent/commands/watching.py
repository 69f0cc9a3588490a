"""What `farm watch` does."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pwd
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote

from device_farm.backends.config import BackendConfig, FakeConfig, SimulatorConfig, XvfbConfig
from device_farm.backends.loader import BACKEND_NAMES, load_backend, parse_backend
from device_farm.cli.command import Exit
from device_farm.cli.connection import connected
from device_farm.client import FarmClient, LeaseHandle
from device_farm.embedded import embedded_farm
from device_farm.errors import ConfigError
from device_farm.server.security import read_file
from gui_agent.commands.settings import config_from
from gui_agent.composition import suite_of
from gui_agent.config import IDENTITY, RunConfig
from gui_agent.live_view.feed import Looking
from gui_agent.live_view.hall import Hall
from gui_agent.live_view.leases import BorrowedLease, Leases, OwnLeases
from gui_agent.live_view.site import Site
from gui_agent.live_view.studio import Proposal, Studio
from gui_agent.policies.config import HumanConfig
from gui_agent.runner.episode import Limits
from gui_agent.store.writer import RunWriter

# Demonstrations of many tasks, seeds and devices go into one folder.
_SHARED = tuple(key for key in IDENTITY if key not in ("tasks", "platform", "seed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aim:
    """What is watched: `own` are devices that are started in here, `device_id` is "" for all of a farm."""

    own: BackendConfig | None
    device_id: str
    handle: LeaseHandle | None


async def run_watch(namespace: argparse.Namespace) -> int:
    """Serves the page until it is interrupted.

    Raises:
        ConfigError, PrerequisiteError: found before any device is started.
        TransportError: there is no farm.
    """
    aim = _aim(namespace)
    config = _config(namespace, aim)
    proposal = _proposal(namespace, config)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(_farm(namespace, aim))
        studio = await stack.enter_async_context(_studio(namespace, config, proposal))
        device_id = aim.device_id or await _only_device(client, aim)
        looking, leases_of = _reach(client, aim, namespace)
        hall = Hall(client, leases_of=leases_of, studio=studio, only=device_id, looking=looking)
        await stack.enter_async_context(hall)
        if device_id and device_id not in hall.devices:
            known = ", ".join(sorted(hall.devices)) or "none"
            raise ConfigError(f"this farm has no device {device_id!r}", field="DEVICE", fix=f"it has {known}")
        site = await stack.enter_async_context(Site(hall.on_socket, port=namespace.port))
        url = f"{site.url}device?id={quote(device_id)}" if device_id else site.url
        _announce(url, site.port, device_id, namespace)
        if namespace.browser:
            await asyncio.to_thread(webbrowser.open, url)
        await asyncio.get_running_loop().create_future()
    return Exit.DONE


def _announce(url: str, port: int, device_id: str, namespace: argparse.Namespace) -> None:
    if namespace.json:
        record = str(namespace.record) if namespace.record is not None else None
        sys.stdout.write(json.dumps({"url": url, "port": port, "device": device_id or None, "record": record}) + "\n")
    else:
        sys.stdout.write(f"{device_id or 'all devices'} live at  {url}\n")
    sys.stdout.flush()


def _aim(namespace: argparse.Namespace) -> _Aim:
    """Raises ConfigError for a device that cannot be meant."""
    name = namespace.device or ""
    if namespace.lease is not None:
        handle = LeaseHandle.from_json(read_file(namespace.lease, field="--lease").decode("utf-8", "replace"))
        if name not in ("", handle.device.id):
            raise ConfigError(f"the lease is of {handle.device.id}, not of {name}", field="DEVICE", fix="leave it out")
        return _Aim(own=None, device_id=handle.device.id, handle=handle)
    if namespace.farm is None and name.partition("=")[0] in BACKEND_NAMES:
        own = parse_backend(name, field="DEVICE")
        if isinstance(own, FakeConfig | SimulatorConfig | XvfbConfig) and "=" not in name:
            own = own.model_copy(update={"devices": 1})
        load_backend(own).preflight()
        return _Aim(own=own, device_id="", handle=None)
    return _Aim(own=None, device_id=name, handle=None)


@asynccontextmanager
async def _farm(namespace: argparse.Namespace, aim: _Aim) -> AsyncIterator[FarmClient]:
    if aim.own is not None:
        async with embedded_farm([aim.own]) as client:
            yield client
        return
    address = namespace.farm or (aim.handle.farm if aim.handle is not None else "")
    async with connected(namespace, address=address) as client:
        yield client


async def _only_device(client: FarmClient, aim: _Aim) -> str:
    """The id of the one device of a farm in here; "" where there are several, or the farm is another's."""
    devices = await client.devices() if aim.own is not None else []
    return devices[0].info.id if len(devices) == 1 else ""


def _reach(
    client: FarmClient, aim: _Aim, namespace: argparse.Namespace
) -> tuple[Callable[[str], Looking], Callable[[str], Leases]]:
    """How devices are looked at, and under which lease they are driven."""
    handle = aim.handle
    if handle is not None:
        return lambda _: client.attach(handle), lambda _: BorrowedLease(client, handle)
    owner = namespace.owner if namespace.owner is not None else pwd.getpwuid(os.getuid()).pw_name
    return client.onlooker, lambda name: OwnLeases(client, name, owner=owner, priority=namespace.priority)


# --- recording --------------------------------------------------------------------------------------------------
def _config(namespace: argparse.Namespace, aim: _Aim) -> RunConfig:
    """The config of a run of which a person is the policy."""
    config = config_from(namespace)
    backends = (aim.own,) if aim.own is not None else ()
    return config.model_copy(update={"policy": HumanConfig(), "backends": backends, "devices": 1})


def _proposal(namespace: argparse.Namespace, config: RunConfig) -> Proposal:
    """Raises ConfigError for a task or goal that nothing can become of."""
    for flag in ("task", "goal"):
        if getattr(namespace, flag) is not None and namespace.record is None:
            raise ConfigError("nothing is recorded", field=f"--{flag}", fix="add --record DIR")
    if namespace.task is not None and namespace.goal is not None:
        raise ConfigError("give a task or a goal, not both", field="--goal")
    return Proposal(task=namespace.task or "", goal=namespace.goal or "", seed=config.seed)


@asynccontextmanager
async def _studio(namespace: argparse.Namespace, config: RunConfig, proposal: Proposal) -> AsyncIterator[Studio | None]:
    """Raises ConfigError for a suite, a task or a folder that will not do."""
    if namespace.record is None:
        yield None
        return
    suite = suite_of(config)
    if proposal.task:
        suite.template(proposal.task)
    dump = config.model_dump(mode="json")
    with RunWriter(namespace.record, dump, resume=True, identity=_SHARED) as writer:
        async with suite.opened(namespace.record):
            limits = Limits(set_up_s=config.limits.set_up_s, evaluate_s=config.limits.evaluate_s)
            yield Studio(writer, suite, limits=limits, proposal=proposal)

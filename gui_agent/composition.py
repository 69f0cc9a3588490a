"""From a config to the objects of a run. Everything that can be checked without a machine is checked here."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from device_farm.backends.config import AdbConfig, BackendConfig, DesktopConfig, SimulatorConfig, XvfbConfig
from device_farm.backends.emulator_config import EmulatorConfig
from device_farm.backends.loader import load_backend
from device_farm.client import FarmClient
from device_farm.embedded import open_farm
from device_farm.errors import ConfigError
from device_farm.server.security import parse_address, read_file
from device_farm.types.task import Platform, Task
from gui_agent.benchmarks.androidworld.settings import AndroidWorldConfig
from gui_agent.benchmarks.base import Suite, TaskTemplate
from gui_agent.benchmarks.osworld.settings import SCREEN
from gui_agent.benchmarks.registry import ANDROIDWORLD, OSWORLD, load_suite
from gui_agent.cluster.connection import check_ray
from gui_agent.config import FarmConfig, LimitsConfig, RunConfig
from gui_agent.critic.loader import under_critic
from gui_agent.lookahead.loader import with_lookahead
from gui_agent.policies.base import Policy
from gui_agent.policies.loader import load_policy
from gui_agent.verification.loaded import LoadedVerifier
from gui_agent.verification.loader import load_verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A checked run: its tasks, the code behind them, how many devices work at once, and where they come from."""

    config: RunConfig
    tasks: tuple[Task, ...]
    template_of: Callable[[Task], TaskTemplate]
    policy: Policy
    workers: dict[Platform, int]
    backends: tuple[BackendConfig, ...]
    suite: Suite | None = None
    verifier: LoadedVerifier | None = None


def suite_of(config: RunConfig) -> Suite:
    """The suite that a config names, with its section.

    Raises:
        ConfigError: there is none.
        PrerequisiteError: it needs a program that is not installed.
    """
    if config.suite == OSWORLD:
        from gui_agent.benchmarks.osworld.suite import make_suite as make_osworld

        here = not config.farm.address and all(isinstance(entry, XvfbConfig) for entry in config.backends)
        return make_osworld(config.osworld, here=here)
    if config.suite != ANDROIDWORLD:
        return load_suite(config.suite)
    from gui_agent.benchmarks.androidworld.suite import make_suite

    simulated = not config.farm.address and all(isinstance(entry, SimulatorConfig) for entry in config.backends)
    return make_suite(config.androidworld, simulated=simulated)


async def make_plan(config: RunConfig) -> Plan:
    """Checks everything that needs no machine.

    Raises:
        ConfigError: the suite, a task, the policy, the verifier, a backend or the farm's address is bad; names the
            field.
        PrerequisiteError: this machine cannot run a backend.
    """
    check_ray(config.ray.address)
    if config.reject_satisfied and config.ray.address:
        fix = "audit the suite before, with farm verify audit, and name the tasks that are left"
        raise ConfigError("tasks are not tried untouched on a cluster", field="reject_satisfied", fix=fix)
    suite = suite_of(config)
    platform = chosen_platform(config, suite)
    tasks = await suite.plan(
        config.episodes, seed=config.seed, platform=platform, names=config.tasks, rounds=config.combinations
    )
    if "episodes" in config.model_fields_set and not config.combinations and len(tasks) != config.episodes:
        message = f"suite {suite.name!r} takes each chosen task once, which makes {len(tasks)}, not {config.episodes}"
        raise ConfigError(message, field="--episodes", fix="choose with --tasks, or take more with --combinations")
    if config.limits.max_steps:
        tasks = [replace(task, max_steps=config.limits.max_steps) for task in tasks]
    check_farm(config.farm)
    settled = config.model_copy(
        update={"episodes": len(tasks), "androidworld": _settled(config, suite), "limits": _settled_limits(config)}
    )
    return plan_tasks(settled, tuple(tasks), lambda task: suite.template(task.template), suite=suite)


def _settled(config: RunConfig, suite: Suite) -> AndroidWorldConfig:
    """The section with the factor that the run really uses, so that its folder tells it."""
    said = suite.provenance().get(ANDROIDWORLD)
    return config.androidworld.model_copy(update=said) if isinstance(said, dict) else config.androidworld


def _settled_limits(config: RunConfig) -> LimitsConfig:
    """OSWorld's set-ups and verdicts take as long as one call into it may, where nothing else was said."""
    if config.suite != OSWORLD:
        return config.limits
    said = config.limits.model_fields_set
    longer = {key: 2 * config.osworld.call_s for key in ("set_up_s", "evaluate_s") if key not in said}
    return config.limits.model_copy(update=longer)


def plan_tasks(
    config: RunConfig,
    tasks: tuple[Task, ...],
    template_of: Callable[[Task], TaskTemplate],
    *,
    suite: Suite | None = None,
) -> Plan:
    """The plan for given tasks. Raises as `make_plan`."""
    if config.critic is not None and config.lookahead is not None:
        message = "a critic and looking ahead would each have the last word on an action"
        raise ConfigError(message, field="lookahead", fix="leave one of the two out")
    policy = with_lookahead(under_critic(load_policy(config.policy, template_of), config.critic), config.lookahead)
    platforms = sorted({task.platform for task in tasks})
    backends = () if config.farm.address else chosen_backends(config, platforms)
    return Plan(
        config=config,
        tasks=tasks,
        template_of=template_of,
        policy=policy,
        workers={platform: worker_count(config, backends, platform, platforms) for platform in platforms},
        backends=backends,
        suite=suite,
        verifier=None if config.verifier is None else load_verifier(config.verifier),
    )


def chosen_platform(config: RunConfig, suite: Suite) -> Platform | None:
    """The platform that `config.platform` means; None is every one."""
    if config.platform == "all":
        return None
    if config.platform != "auto":
        return config.platform
    there = {template.platform for template in suite.select(names=config.tasks)}
    if config.tasks:
        return None
    return "android" if "android" in there else "desktop"


def chosen_backends(config: RunConfig, platforms: list[Platform]) -> tuple[BackendConfig, ...]:
    """The configured backends, or the built-in one of each platform.

    Raises:
        ConfigError: no backend serves one of the platforms.
        PrerequisiteError: this machine cannot run one; raised before any device is started.
    """
    backends = config.backends or tuple(_built_in(config, platform, platforms) for platform in platforms)
    backends = tuple(_with_apps(backend, config.apps) for backend in backends)
    backends = tuple(_with_emulators(backend, config) for backend in backends)
    if config.suite == OSWORLD:
        backends = tuple(_with_osworld_screen(backend) for backend in backends)
    loaded = [load_backend(backend) for backend in backends]
    served = {backend.platform for backend in loaded}
    for platform in platforms:
        if platform not in served:
            kinds = ", ".join(backend.name for backend in loaded)
            message = f"{kinds} gives no {platform} device"
            raise ConfigError(message, field="backends", fix=f"add a backend for {platform}, or choose --platform")
    used = [backend for backend, made in zip(backends, loaded, strict=True) if made.platform in platforms]
    for made in loaded:
        if made.platform in platforms:
            made.preflight()
    return tuple(used)


def _with_emulators(backend: BackendConfig, config: RunConfig) -> BackendConfig:
    """A read-only fleet of emulators that names no number has as many as the run asks for."""
    if not isinstance(backend, EmulatorConfig) or backend.devices is not None:
        return backend
    asked = config.devices if backend.read_only and "devices" in config.model_fields_set else 1
    return backend.model_copy(update={"devices": min(asked, 64)})


def _with_osworld_screen(backend: BackendConfig) -> BackendConfig:
    """Desktops of OSWorld's size, where none was said."""
    if not isinstance(backend, DesktopConfig) or {"width", "height"} & backend.model_fields_set:
        return backend
    return backend.model_copy(update={"width": SCREEN[0], "height": SCREEN[1]})


def _with_apps(backend: BackendConfig, apps: tuple[str, ...]) -> BackendConfig:
    """A simulator with `apps` beside its own; nothing else takes them."""
    if not apps or not isinstance(backend, SimulatorConfig):
        return backend
    return backend.model_copy(update={"apps": tuple(dict.fromkeys((*backend.apps, *apps)))})


def _built_in(config: RunConfig, platform: Platform, platforms: list[Platform]) -> BackendConfig:
    if platform == "android":
        return SimulatorConfig(devices=config.devices, seed=config.seed)
    count = desktop_count(config, platforms)
    if count == 0:
        fix = "use at least 1, or choose --platform android"
        raise ConfigError("there are desktop tasks, but no desktop for them", field="desktops", fix=fix)
    # A desktop cannot be copied: a verifier that wants to try something out needs one more.
    return XvfbConfig(devices=min(count + (config.verifier is not None), 64))


def desktop_count(config: RunConfig, platforms: list[Platform]) -> int:
    """`devices` where only desktops are used and `desktops` was left alone, else `desktops`."""
    alone = platforms == ["desktop"] and "desktops" not in config.model_fields_set
    return min(config.devices, 64) if alone else config.desktops


def worker_count(
    config: RunConfig, backends: tuple[BackendConfig, ...], platform: Platform, platforms: list[Platform]
) -> int:
    """How many devices of a platform work at once: what was asked for, and no more than there will be."""
    asked = config.devices if platform == "android" else desktop_count(config, platforms)
    if not config.backends or config.farm.address:
        return asked
    counts = [_devices(backend, asked) for backend in backends if load_backend(backend).platform == platform]
    fixed = "devices" in config.model_fields_set if platform == "android" else "desktops" in config.model_fields_set
    return min(sum(counts), asked) if fixed else sum(counts)


def _devices(backend: BackendConfig, asked: int) -> int:
    if isinstance(backend, AdbConfig):
        return len(backend.serials) or asked
    return backend.devices or 1


def check_farm(farm: FarmConfig) -> None:
    """Raises ConfigError for an address or a credential that cannot work."""
    if farm.address:
        parse_address(farm.address, field="--farm")
    _credential(farm)
    _authority(farm)


def _credential(farm: FarmConfig) -> str | None:
    if not farm.credential_env:
        return None
    credential = os.environ.get(farm.credential_env, "")
    if not credential:
        message = f"the environment variable {farm.credential_env} is not set"
        raise ConfigError(message, field="farm.credential_env", fix=f"export {farm.credential_env}=...")
    return credential


def _authority(farm: FarmConfig) -> bytes | None:
    return read_file(Path(farm.ca_file), field="farm.ca_file") if farm.ca_file else None


@asynccontextmanager
async def opened_farm(farm: FarmConfig, backends: tuple[BackendConfig, ...]) -> AsyncIterator[FarmClient]:
    """The farm at the configured address, or one in this process. Raises as `open_farm`."""
    client = open_farm(farm.address or None, backends, credential=_credential(farm), ca=_authority(farm))
    async with client as connected:
        yield connected

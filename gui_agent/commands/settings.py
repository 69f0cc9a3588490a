"""From parsed arguments to a config."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from device_farm.backends.loader import parse_backend
from device_farm.config import load_config, merge
from device_farm.errors import ConfigError
from gui_agent.config import RunConfig
from gui_agent.critic.config import CRITIC_NAMES, critic_type
from gui_agent.lookahead.config import LOOKAHEAD_NAMES, lookahead_type
from gui_agent.policies.config import POLICY_NAMES
from gui_agent.verification.config import VERIFIER_NAMES, verifier_type


class _AnyTable(BaseModel):
    """Any TOML file, unchecked; used to look at a file before its final form is known."""

    model_config = ConfigDict(extra="allow")


_PLAIN = (
    "suite",
    "platform",
    "episodes",
    "combinations",
    "seed",
    "devices",
    "desktops",
    "retries",
    "max_infra_share",
    "reject_satisfied",
)


def config_from(namespace: argparse.Namespace) -> RunConfig:
    """The config of a run: what a resumed folder says, then each file, then the flags, then each `--set`.

    Raises:
        ConfigError: a flag, a file or a key is bad; names it.
    """
    defaults: dict[str, Any] = {"policy": {"type": "expert"}}
    paths = list(namespace.config)
    stored = _stored_config(namespace)
    if stored is not None:
        paths.insert(0, stored)
    overrides = run_flags(namespace)
    policy = getattr(namespace, "policy", None)
    if policy is not None and paths:
        defaults, paths = merge(defaults, _without_other_policy(paths, policy)), []
    try:
        return load_config(RunConfig, paths=paths, overrides=[*overrides, *namespace.overrides], defaults=defaults)
    except ConfigError as error:
        raise ConfigError(error.message, field=key_of(error.field), fix=error.fix) from error


_TAGS = {
    "policy": POLICY_NAMES,
    "critic": CRITIC_NAMES,
    "lookahead": LOOKAHEAD_NAMES,
    "verifier": VERIFIER_NAMES,
}


def key_of(location: str) -> str:
    """`policy.openai.model` as the key `policy.model`: the union's tag is no part of what a person writes."""
    parts = location.split(".")
    tags = _TAGS.get(parts[0], ())
    if len(parts) > 2 and parts[1] in tags:
        del parts[1]
    return ".".join(parts)


def _stored_config(namespace: argparse.Namespace) -> Path | None:
    if not getattr(namespace, "resume", False):
        return None
    if namespace.out is None:
        raise ConfigError("--resume needs the folder", field="--out", fix="add --out DIR")
    path = Path(namespace.out) / "config.toml"
    return path if path.exists() else None


def _without_other_policy(paths: list[Path], policy: str) -> dict[str, Any]:
    """The files as one, without their policy section where `--policy` asks for another type: its keys would not fit."""
    merged: dict[str, Any] = {}
    for path in paths:
        loaded = load_config(_AnyTable, paths=[path]).model_dump()
        merged = merge(merged, loaded)
    section = merged.get("policy")
    if isinstance(section, dict) and section.get("type") != policy_type(policy):
        merged.pop("policy")
    return merged


def policy_type(name: str) -> str:
    """`import` for MODULE:CALLABLE. Raises ConfigError that lists the policies."""
    if ":" in name:
        return "import"
    if name not in POLICY_NAMES:
        known = ", ".join(POLICY_NAMES)
        raise ConfigError(f"unknown policy {name!r}", field="--policy", fix=f"one of: {known}; or MODULE:CALLABLE")
    return name


def run_flags(namespace: argparse.Namespace) -> list[str]:
    """The flags that were given as overrides of a RunConfig."""
    given = {name: getattr(namespace, name, None) for name in _PLAIN}
    flags = [f"{name}={json.dumps(value)}" for name, value in given.items() if value is not None]
    if getattr(namespace, "tasks", None) is not None:
        flags.append(f"tasks={json.dumps(_names(namespace.tasks))}")
    world = {name: getattr(namespace, f"androidworld_{name}", None) for name in ("wait_scale", "python")}
    flags += [f"androidworld.{name}={json.dumps(value)}" for name, value in world.items() if value is not None]
    osworld = {name: getattr(namespace, f"osworld_{name}", None) for name in ("tasks_dir", "assets", "python")}
    flags += [f"osworld.{name}={json.dumps(value)}" for name, value in osworld.items() if value is not None]
    if getattr(namespace, "farm", None) is not None:
        flags.append(f"farm.address={json.dumps(namespace.farm)}")
    if getattr(namespace, "ray", None) is not None:
        flags.append(f"ray.address={json.dumps(namespace.ray)}")
    if getattr(namespace, "apps", None):
        flags.append(f"apps={json.dumps(namespace.apps)}")
    if getattr(namespace, "backend", None):
        # Only what was said: a suite has its own size of screen where none was.
        sections = [
            {"type": backend.type, **backend.model_dump(mode="json", exclude_none=True, exclude_unset=True)}
            for backend in map(parse_backend, namespace.backend)
        ]
        flags.append(f"backends={_inline(sections)}")
    flags += verifier_flags(namespace)
    if getattr(namespace, "critic", None) is not None:
        flags.append(f"critic.type={json.dumps(critic_type(namespace.critic))}")
    if getattr(namespace, "lookahead", None) is not None:
        flags.append(f"lookahead.type={json.dumps(lookahead_type(namespace.lookahead))}")
    if getattr(namespace, "policy", None) is not None:
        flags.append(f"policy.type={json.dumps(policy_type(namespace.policy))}")
        if ":" in namespace.policy:
            flags.append(f"policy.import_path={json.dumps(namespace.policy)}")
    return flags


def verifier_flags(namespace: argparse.Namespace) -> list[str]:
    """`--verifier` as overrides of a RunConfig. Raises ConfigError that lists the verifiers."""
    name = getattr(namespace, "verifier", None)
    if name is None:
        return []
    flags = [f"verifier.type={json.dumps(verifier_type(name))}"]
    return [*flags, f"verifier.import_path={json.dumps(name)}"] if ":" in name else flags


def _names(text: str) -> list[str]:
    """Raises ConfigError for no name at all: an empty variable in a script must not mean the whole suite."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise ConfigError(f"{text!r} names no task", field="--tasks", fix="name some, or leave it out for all")
    return names


def _inline(value: Any) -> str:
    """`value` as an inline TOML literal."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_inline(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(part) for part in value) + "]"
    return json.dumps(value)

"""Whether a reset leaves anything behind: random episodes on one simulated phone, a digest after each reset.

An episode is random actions on the screen and random shell commands that write where tasks write: files, settings,
providers, databases, packages, permissions, properties, jobs. After the reset, the digest of the whole state (file tree
with all databases, settings, properties, packages, screens, log, clock) must equal that of a phone just booted in a
process of its own, where no episode can have touched what phones share. So must the screenshot and the UI tree as the
driver sees them.

Prints one JSON line: `episodes`, `differing` (episodes after which something differed), `parts` (what, how often),
`changed` (episodes that had changed the state before their reset: the check could have failed), `actions`, `commands`.

    python scripts/bench_reset_digest.py [--episodes 1000] [--actions 12] [--seed 0]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from random import Random
from typing import Any

from bench_common import machine

from device_farm.android.device import AndroidDevice
from device_farm.backends.simulator import InProcessPhone
from device_farm.device import ShellResult
from device_farm.errors import FarmError
from device_farm.simulator.digest import state_digests
from device_farm.simulator.server import SimulatorServer
from device_farm.types.observation import Observation
from gui_agent.policies.random import RandomSession

COMMANDS = (
    "echo {word} > /sdcard/Download/{word}.txt",
    "mkdir -p /sdcard/Documents/Markor/{word} && touch /sdcard/Documents/Markor/{word}/note.md",
    "rm -r /sdcard/DCIM /sdcard/Music",
    "chmod 777 -R /data/data/net.gsantner.markor",
    "rm -rf /data/data/com.google.android.contacts/*",
    "settings put system screen_brightness {number}",
    "settings put secure {word} {number}",
    "settings delete global airplane_mode_on",
    "svc wifi disable",
    "svc bluetooth enable",
    "setprop debug.{word} {number}",
    "content insert --uri content://sms/inbox --bind address:s:{number} --bind body:s:{word}",
    "content delete --uri content://call_log/calls",
    "sqlite3 /data/data/com.android.providers.contacts/databases/contacts2.db 'DELETE FROM raw_contacts'",
    "pm clear net.gsantner.markor",
    "pm clear com.google.android.deskclock",
    "pm revoke com.google.android.contacts android.permission.READ_CONTACTS",
    "pm disable-user com.google.android.deskclock",
    "am start -a android.settings.WIFI_SETTINGS",
    "am force-stop com.google.android.documentsui",
    "date 0102030424.05",
    "input keyevent KEYCODE_POWER",
    "service call alarm 3 s16 UTC",
    "cmd statusbar expand-notifications",
    "(sleep 5; echo late > /sdcard/late.txt) &",
)
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon")


async def episode(device: AndroidDevice, rng: Random, actions: int) -> Counter[str]:
    """Random actions with commands among them; how many of each were done."""
    done: Counter[str] = Counter()
    session = RandomSession(rng, "android")
    seen = await device.observe()
    for _ in range(actions):
        if rng.random() < 0.4:
            command = rng.choice(COMMANDS).format(word=rng.choice(WORDS), number=rng.randrange(1, 200))
            result: ShellResult = await device.shell(command)
            done["commands"] += result.exit_code == 0
        decision = await session.decide(seen)
        try:
            if decision.action is not None:
                seen = await device.act_and_observe(decision.action)
                done["actions"] += 1
        except FarmError:
            # An action that this screen refuses is part of a random episode.
            seen = await device.observe()
    return done


def looks(seen: Observation) -> tuple[str, object]:
    """What a user sees: the digest of the picture, and the tree."""
    assert seen.screenshot is not None
    return seen.screenshot.digest, seen.ui_tree


_FRESH = """
import json, sys
from device_farm.simulator.digest import state_digests
from device_farm.simulator.handset import Handset
print(json.dumps(state_digests(Handset(seed=int(sys.argv[1])).phone.snapshot())))
"""


async def fresh_digests(seed: int) -> dict[str, str]:
    """Of a phone that nothing has happened to."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _FRESH, str(seed), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await child.communicate()
    if child.returncode:
        raise RuntimeError(f"the fresh phone's process ended with {child.returncode}")
    found: dict[str, str] = json.loads(said)
    return found


async def measure(episodes: int, actions: int, seed: int) -> dict[str, Any]:
    differing = changed = 0
    parts: Counter[str] = Counter()
    done: Counter[str] = Counter()
    fresh = await fresh_digests(seed)
    server = SimulatorServer(seed=seed)
    device = AndroidDevice("phone", backend="simulator", machine=InProcessPhone(server), boot_timeout_s=30)
    try:
        await device.start()
        phone = server.phones[0].handset.phone
        await device.reset()
        first_look = looks(await device.observe())
        await device.reset()
        for number in range(episodes):
            done += await episode(device, Random(f"{seed}/{number}"), actions)
            changed += state_digests(phone.snapshot())["files"] != fresh["files"]
            await device.reset()
            found = state_digests(phone.snapshot())
            wrong = [name for name, digest in fresh.items() if found[name] != digest]
            wrong += ["look"] if looks(await device.observe()) != first_look else []
            parts.update(wrong)
            differing += bool(wrong)
    finally:
        await device.close()
        await server.close()
    return {
        "benchmark": "reset_digest",
        "episodes": episodes,
        "differing": differing,
        "parts": dict(parts),
        "changed": changed,
        **done,
        "seed": seed,
        "machine": machine(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=1000)
    parser.add_argument("--actions", type=int, default=12, help="actions of an episode")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.episodes < 1 or arguments.actions < 1:
        parser.error("at least 1 of --episodes and --actions")
    result = asyncio.run(measure(arguments.episodes, arguments.actions, arguments.seed))
    print(json.dumps(result))
    return int(result["differing"] > 0)


if __name__ == "__main__":
    sys.exit(main())

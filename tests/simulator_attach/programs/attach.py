"""Runs under AndroidWorld's interpreter: attaches by its own launcher, and tells what it sees. Waits are shortened.

Arguments: console port, path of adb, gRPC port, then `set-up` for AndroidWorld's set-up of the apps.
"""

from __future__ import annotations

import json
import logging as python_logging
import os
import subprocess
import sys
import time
from typing import Any

_sleep = time.sleep  # noqa: TID251 - AndroidWorld's waits are made shorter from outside
time.sleep = lambda seconds: _sleep(seconds * float(os.environ["WAIT_SCALE"]))  # noqa: TID251

from absl import logging  # noqa: E402
from android_world.env import adb_utils, env_launcher  # noqa: E402
from android_world.env.setup_device import setup  # noqa: E402
from android_world.utils import app_snapshot  # noqa: E402

TRACKS = "de.dennisguse.opentracks"


class Warnings(python_logging.Handler):
    """Keeps what AndroidWorld warns of."""

    def __init__(self) -> None:
        super().__init__(python_logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: python_logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def main() -> dict[str, Any]:
    console_port, adb_path, grpc_port, *rest = sys.argv[1:]
    warnings = Warnings()
    logging.get_absl_logger().addHandler(warnings)
    if rest == ["set-up"]:
        # Its set-up clears every app's data but this one's, whose first question it expects all the same.
        subprocess.run([adb_path, "-s", f"emulator-{console_port}", "shell", "pm clear " + TRACKS], check=True)
    begun = time.monotonic()
    env = env_launcher.load_and_setup_env(
        console_port=int(console_port),
        emulator_setup=rest == ["set-up"],
        adb_path=adb_path,
        grpc_port=int(grpc_port),
    )
    attached_s = time.monotonic() - begun
    home = env.reset(go_home=True)
    adb_utils.launch_app("settings", env.controller)
    state = env.get_state()
    seen = {
        "attached_s": attached_s,
        "warnings": warnings.texts,
        "pixels": list(home.pixels.shape),
        "home": len(home.ui_elements),
        "texts": [element.text for element in state.ui_elements if element.text],
        "activity": env.foreground_activity_name,
        "screen": list(env.logical_screen_size),
        "packages": adb_utils.get_all_package_names(env.controller.env),
        "fresh": fresh_trees(env),
        "snapshots": restored(env),
    }
    env.close()
    return seen


def fresh_trees(env: Any) -> int:
    """How often, of twenty changes of the screen, the tree was the new one at once."""
    fresh = 0
    for number in range(20):
        adb_utils.launch_app("settings" if number % 2 else "contacts", env.controller)
        package = "com.android.settings" if number % 2 else "com.google.android.contacts"
        state = env.get_state()
        packages = {element.package_name for element in state.ui_elements}
        fresh += package in packages
        adb_utils.press_home_button(env.controller)
        fresh -= any(element.package_name == package for element in env.get_state().ui_elements)
    return fresh


def restored(env: Any) -> list[str]:
    """The apps whose snapshot AndroidWorld could restore."""
    done = []
    for app in setup._APPS:
        try:
            app_snapshot.restore_snapshot(app.app_name, env.controller)
        except RuntimeError:
            continue
        done.append(app.app_name)
    return done


if __name__ == "__main__":
    answer = main()
    print(json.dumps(answer), flush=True)
    # android_env leaves threads that never end.
    os._exit(0)

"""Runs under AndroidWorld's interpreter: android_env alone, its snapshots, keys and touches, on a running phone.

Arguments: console port, path of adb, gRPC port.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any

_sleep = time.sleep  # noqa: TID251 - android_env's waits are made shorter from outside
time.sleep = lambda seconds: _sleep(seconds * float(os.environ["WAIT_SCALE"]))  # noqa: TID251

import numpy as np  # noqa: E402
from android_env import loader  # noqa: E402
from android_env.components import action_type, config_classes  # noqa: E402
from android_env.proto import adb_pb2, state_pb2  # noqa: E402


def main() -> dict[str, Any]:
    console_port, adb_path, grpc_port = sys.argv[1:]
    with tempfile.NamedTemporaryFile("w", suffix=".textproto") as task:
        task.write('id: "none" name: "none" description: "none" max_episode_sec: 600')
        task.flush()
        launcher = config_classes.EmulatorLauncherConfig(
            emulator_console_port=int(console_port), adb_port=int(console_port) + 1, grpc_port=int(grpc_port)
        )
        config = config_classes.AndroidEnvConfig(
            task=config_classes.FilesystemTaskConfig(path=task.name),
            coordinator=config_classes.CoordinatorConfig(enable_key_events=True),
            simulator=config_classes.EmulatorConfig(
                emulator_launcher=launcher, adb_controller=config_classes.AdbControllerConfig(adb_path=adb_path)
            ),
        )
        env = loader.load(config)
    env.reset()
    seen: dict[str, Any] = {"saved": _state(env.save_state(state_pb2.SaveStateRequest(args={"snapshot_name": "one"})))}
    _shell(env, "echo later > /sdcard/later.txt")
    seen["loaded"] = _state(env.load_state(state_pb2.LoadStateRequest(args={"snapshot_name": "one"})))
    seen["kept"] = _shell(env, "ls /sdcard")
    seen["missing"] = _state(env.load_state(state_pb2.LoadStateRequest(args={"snapshot_name": "none"})))
    _shell(env, "am start -W -n com.android.settings/.Settings")
    # X11's code of the home button goes down and up.
    for kind in (action_type.ActionType.KEYDOWN, action_type.ActionType.KEYUP):
        env.step(_action(kind, keycode=110))
    seen["after_home_key"] = _shell(env, "am stack list | grep visible=true")
    for kind in (action_type.ActionType.TOUCH, action_type.ActionType.LIFT):
        step = env.step(_action(kind, place=(0.5, 0.9)))
    seen["after_touch"] = _shell(env, "am stack list | grep visible=true")
    seen["pixels"] = list(step.observation["pixels"].shape)
    env.close()
    return seen


def _action(kind: action_type.ActionType, *, keycode: int = 0, place: tuple[float, float] = (0.0, 0.0)) -> Any:
    return {
        "action_type": np.array(kind, dtype=np.int32),
        "touch_position": np.array(place, dtype=np.float32),
        "keycode": np.array(keycode, dtype=np.int32),
    }


def _state(response: Any) -> str:
    return type(response).Status.Name(response.status)


def _shell(env: Any, command: str) -> str:
    request = adb_pb2.AdbRequest(generic=adb_pb2.AdbRequest.GenericRequest(args=["shell", command]))
    return str(env.execute_adb_call(request).generic.output.decode())


if __name__ == "__main__":
    answer = main()
    print(json.dumps(answer), flush=True)
    # android_env leaves threads that never end.
    os._exit(0)

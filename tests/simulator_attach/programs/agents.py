"""Runs under AndroidWorld's interpreter: its own agents on its own tasks, the model's answers read from a script.

Arguments: console port, path of adb, gRPC port, folder for checkpoints.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

_sleep = time.sleep  # noqa: TID251 - AndroidWorld's waits are made shorter from outside
time.sleep = lambda seconds: _sleep(seconds * float(os.environ["WAIT_SCALE"]))  # noqa: TID251

from android_world import checkpointer, registry, suite_utils  # noqa: E402
from android_world.agents import infer, m3a, random_agent, t3a  # noqa: E402
from android_world.env import env_launcher  # noqa: E402

TASK = "OpenAppTaskEval"


class Scripted(infer.LlmWrapper, infer.MultimodalLlmWrapper):
    """Opens the app that the goal names, says what it did, and ends."""

    def __init__(self) -> None:
        self.calls = 0
        self.images = 0
        self.longest_prompt = 0

    def predict(self, text_prompt: str) -> tuple[str, bool | None, Any]:
        return self.predict_mm(text_prompt, [])

    def predict_mm(self, text_prompt: str, images: list[Any]) -> tuple[str, bool | None, Any]:
        self.calls += 1
        self.images += len(images)
        self.longest_prompt = max(self.longest_prompt, len(text_prompt))
        found = re.search(r"Open the (.+?) app", text_prompt)
        app = found.group(1) if found else ""
        answers = (
            f'Reason: that is asked.\nAction: {{"action_type": "open_app", "app_name": "{app}"}}',
            "Opened the app.",
            'Reason: it is open.\nAction: {"action_type": "status", "goal_status": "complete"}',
        )
        return answers[(self.calls - 1) % len(answers)], True, {"scripted": True}


def main() -> dict[str, Any]:
    console_port, adb_path, grpc_port, folder = sys.argv[1:]
    env = env_launcher.load_and_setup_env(console_port=int(console_port), adb_path=adb_path, grpc_port=int(grpc_port))
    results: dict[str, Any] = {}
    scripted = {"m3a": Scripted(), "t3a": Scripted()}
    agents = {
        "m3a": m3a.M3A(env, scripted["m3a"]),
        "t3a": t3a.T3A(env, scripted["t3a"]),
        "random": random_agent.RandomAgent(env),
    }
    for name, agent in agents.items():
        suite = suite_utils.create_suite(registry.TaskRegistry().get_registry("android_world"), seed=30, tasks=[TASK])
        suite.suite_family = "android_world"
        agent.transition_pause = None
        where = str(Path(folder) / name)
        episodes = suite_utils.run(suite, agent, checkpointer=checkpointer.IncrementalCheckpointer(where))
        stored = checkpointer.IncrementalCheckpointer(where).load(fields=["is_successful", "exception_info"])
        results[name] = {
            "scores": [float(episode["is_successful"]) for episode in episodes],
            "exceptions": [episode["exception_info"] for episode in stored],
            "steps": [int(episode["episode_length"]) for episode in episodes],
        }
        if name in scripted:
            results[name] |= {"images": scripted[name].images, "prompt": scripted[name].longest_prompt}
    env.close()
    return results


if __name__ == "__main__":
    answer = main()
    print(json.dumps(answer), flush=True)
    # android_env leaves threads that never end.
    os._exit(0)

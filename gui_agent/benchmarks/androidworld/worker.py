"""AndroidWorld in a process of its own: JSON lines in on stdin, JSON lines out on stdout.

Run by the interpreter of AndroidWorld's own virtual environment, so this file imports nothing of this project but
`worker_answers.py`, by its path, whose requests and answers it speaks. It changes no line of AndroidWorld: it calls its
suite, environment, tasks and checkpointer, and shortens `time.sleep`.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime
import importlib
import importlib.util
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FAMILY = "android_world"
FORWARDER = "com.google.androidenv.accessibilityforwarder"


def _answering() -> Any:
    """How requests are answered: the module of that file, whatever is on the path."""
    path = Path(__file__).parents[1] / "worker_answers.py"
    spec = importlib.util.spec_from_file_location("farm_worker_answers", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ANSWERING = _answering()


def _world(name: str) -> Any:
    """A module of AndroidWorld, imported when it is first needed: a plan needs no device code."""
    return importlib.import_module(f"android_world.{name}")


def as_json(value: Any) -> Any:
    """A parameter as JSON: a dataclass row becomes an object, whatever JSON does not know its text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_json(part) for part in value]
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return repr(value)


@dataclasses.dataclass
class Unmade:
    """Stands for a task that AndroidWorld could not instantiate."""

    name: str
    seed: int | None
    error: dict[str, str]


@contextlib.contextmanager
def _kept_going(suite_utils: Any) -> Iterator[None]:
    """A task that cannot be instantiated becomes an `Unmade`, so that one does not take the whole suite with it."""
    instantiate = suite_utils._instantiate_task

    def guarded(task: Any, params: Any = None, seed: Any = None, env: Any = None) -> Any:
        try:
            made = instantiate(task, params=params, seed=seed, env=env)
            # The goal is made from the parameters, and may fail as they may.
            str(made.goal)
            return made
        except Exception as error:  # noqa: BLE001 - one task's own code; what it raised is its answer
            return Unmade(name=task.__name__, seed=seed, error=ANSWERING.describe(error))

    suite_utils._instantiate_task = guarded
    try:
        yield
    finally:
        suite_utils._instantiate_task = instantiate


class Worker:
    """What the requests do. Holds at most one device and one task."""

    def __init__(self) -> None:
        self._registry: dict[str, Any] | None = None
        self._env: Any = None
        self._task: Any = None

    def tasks(self) -> dict[str, Any]:
        if self._registry is None:
            self._registry = dict(_world("registry").TaskRegistry().get_registry(FAMILY))
        return self._registry

    def hello(self) -> dict[str, Any]:
        """What is installed; fails where AndroidWorld does not import."""
        package = importlib.import_module("android_world")
        names = sorted(self.tasks())
        return {"path": os.path.dirname(str(package.__file__)), "python": sys.version.split()[0], "tasks": names}

    def plan(self, *, seed: int, combinations: int = 1, tasks: list[str] | None = None) -> dict[str, Any]:
        """Every instance of the named tasks (none: all), seeded by AndroidWorld's own `create_suite`."""
        known = self.tasks()
        unknown = [name for name in tasks or () if name not in known]
        if unknown:
            return {"unknown": unknown, "names": sorted(known)}
        rows: list[dict[str, Any]] = []
        for name in tasks or sorted(known):
            rows += [self._row(name, index, made) for index, made in enumerate(self._made(name, seed, combinations))]
        return {"tasks": rows}

    def _made(self, name: str, seed: int, combinations: int) -> list[Any]:
        """The instances of one task: the seed of an instance depends on its task's name and number only."""
        suite_utils = _world("suite_utils")
        with _kept_going(suite_utils):
            suite = suite_utils.create_suite({name: self.tasks()[name]}, n_task_combinations=combinations, seed=seed)
        return list(suite[name])

    def _row(self, name: str, instance: int, made: Any) -> dict[str, Any]:
        if isinstance(made, Unmade):
            return {"name": name, "instance": instance, "instance_seed": made.seed, "error": made.error}
        return {
            "name": name,
            "instance": instance,
            "instance_seed": made.params["seed"],
            "goal": made.goal,
            "params": as_json(made.params),
            "complexity": float(made.complexity),
            "max_steps": _world("suite_utils")._allocate_step_budget(made.complexity),
            "apps": [app for app in made.app_names if app],
            "packages": self._packages(made),
        }

    def _packages(self, made: Any) -> list[str]:
        """The packages of its apps; where a parameter chooses one of them, of that one."""
        adb_utils = _world("env.adb_utils")
        chosen = made.params.get("app_name")
        apps = [chosen] if chosen in made.app_names else made.app_names
        activities = [adb_utils.get_adb_activity(app) for app in apps if app]
        return sorted({adb_utils.extract_package_name(activity) for activity in activities if activity})

    def attach(
        self, *, console_port: int, grpc_port: int, adb_path: str, accessibility: str = "forwarder"
    ) -> dict[str, Any]:
        """Connects AndroidWorld's environment to a running phone. `accessibility`: forwarder or uiautomator."""
        self.detach()
        controllers = _world("env.android_world_controller")
        # AndroidWorld calls this again when it reconnects, so it gets what we attach with.
        controllers.get_controller = _Controllers(controllers, accessibility)
        controller = controllers.get_controller(console_port, adb_path, grpc_port)
        self._env = _world("env.interface").AsyncAndroidEnv(controller)
        _world("env.env_launcher").setup_env(self._env)
        return {"accessibility": controllers.get_controller.used}

    def detach(self) -> dict[str, Any]:
        env, self._env, self._task = self._env, None, None
        if env is not None:
            env.close()
        return {}

    def initialize(self, *, name: str, instance: int, seed: int, planned: dict[str, Any]) -> dict[str, Any]:
        """Sets the phone up for one instance, as far as AndroidWorld's runner does before the agent's first step."""
        env = self._attached()
        # Made anew: a task that was initialized once refuses a second time.
        made = self._made(name, seed, instance + 1)[instance]
        if isinstance(made, Unmade):
            raise RuntimeError(f"{name} cannot be instantiated: {made.error['last_line']}")
        made = self._as_planned(made, planned)
        made.initialize_task(env)
        env.reset(go_home=made.start_on_home_screen)
        env.hide_automation_ui()
        self._task = made
        return {"goal": made.goal, "params": as_json(made.params)}

    def _as_planned(self, made: Any, planned: dict[str, Any]) -> Any:
        """`made` with the texts of the plan, or of the episode that is replayed: MarkorCreateFolder names its folder by
        the time at which it is made. Questions keep theirs, because their set-up rewords them in place."""
        questions = _world("task_evals.information_retrieval.information_retrieval").InformationRetrieval
        texts = {name: text for name, text in planned.items() if isinstance(made.params.get(name), str)}
        if isinstance(made, questions) or texts.items() <= made.params.items():
            return made
        return type(made)({**made.params, **texts})

    def evaluate(self, *, answer: str | None) -> dict[str, Any]:
        """AndroidWorld's verdict in [0, 1]; `answer` goes where its answer action leaves it."""
        env, task = self._attached(), self._begun()
        env.interaction_cache = answer or ""
        return {"reward": float(task.is_successful(env))}

    def tear_down(self) -> dict[str, Any]:
        env, task = self._attached(), self._begun()
        self._task = None
        task.tear_down(env)
        return {}

    def checkpoint(self, *, directory: str, group: str, episode: dict[str, Any]) -> dict[str, Any]:
        """Stores an episode by AndroidWorld's own checkpointer; `finish_dtime` comes as Unix seconds."""
        finished = datetime.datetime.fromtimestamp(episode["finish_dtime"])
        failed = episode.get("exception_info") is not None
        # Its failed episodes carry no-numbers, which its reports leave out.
        blank = dict.fromkeys(("episode_data", "is_successful", "episode_length"), float("nan")) if failed else {}
        stored = {**episode, **blank, "finish_dtime": finished}
        _world("checkpointer").IncrementalCheckpointer(directory).save_episodes([stored], group)
        return {}

    def _attached(self) -> Any:
        if self._env is None:
            raise RuntimeError("no device is attached")
        return self._env

    def _begun(self) -> Any:
        if self._task is None:
            raise RuntimeError("no task is initialized")
        return self._task


class _Controllers:
    """Makes controllers as `android_world_controller.get_controller` does, with its public arguments chosen here."""

    def __init__(self, controllers: Any, accessibility: str) -> None:
        self._controllers = controllers
        self._accessibility = accessibility
        self.used = ""

    def __call__(self, console_port: int = 5554, adb_path: str = "adb", grpc_port: int = 8554) -> Any:
        env = self._load(console_port, adb_path, grpc_port)
        methods = self._controllers.A11yMethod
        forwarder = self._accessibility == "forwarder"
        method = methods.A11Y_FORWARDER_APP if forwarder else methods.UIAUTOMATOR
        self.used = str(method.value)
        return self._controllers.AndroidWorldController(
            env, a11y_method=method, install_a11y_forwarding_app=forwarder and not self._installed(env)
        )

    def _load(self, console_port: int, adb_path: str, grpc_port: int) -> Any:
        configs = importlib.import_module("android_env.components.config_classes")
        config = configs.AndroidEnvConfig(
            task=configs.FilesystemTaskConfig(path=self._controllers._write_default_task_proto()),
            simulator=configs.EmulatorConfig(
                emulator_launcher=configs.EmulatorLauncherConfig(
                    emulator_console_port=console_port, adb_port=console_port + 1, grpc_port=grpc_port
                ),
                adb_controller=configs.AdbControllerConfig(adb_path=adb_path),
            ),
        )
        return importlib.import_module("android_env.loader").load(config)

    def _installed(self, env: Any) -> bool:
        """Its own forwarder's package is downloaded only where the phone lacks it."""
        answer = _world("env.adb_utils").issue_generic_request(f"shell pm list packages {FORWARDER}", env)
        return f"package:{FORWARDER}" in answer.generic.output.decode("utf-8", "replace").split()


def scale_waits(scale: float) -> None:
    """Multiplies every `time.sleep` of this process by `scale`."""
    sleep: Callable[[float], None] = time.sleep  # noqa: TID251 - AndroidWorld's process, where everything waits so
    scaled: Any = lambda seconds: sleep(float(seconds) * scale)  # noqa: E731
    if scale != 1.0:
        time.sleep = scaled  # noqa: TID251


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wait-scale", type=float, default=1.0)
    scale_waits(parser.parse_args().wait_scale)
    answers = ANSWERING.own_stdout()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    worker = Worker()
    names = ("hello", "plan", "attach", "detach", "initialize", "evaluate", "tear_down", "checkpoint")
    ANSWERING.answer_requests({name: getattr(worker, name) for name in names}, answers)


if __name__ == "__main__":
    main()

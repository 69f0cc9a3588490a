"""The first command of a stranger: collects 32 episodes on simulated phones (and a desktop where X is there), verifies
them, writes the report and names it.

    make demo            or: python scripts/demo.py [--out DIR] [--phones N] [--no-desktop]

The phones are simulated devices, and the agent is the suite's scripted expert: no model and no GPU is involved.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from device_farm.backends.config import XvfbConfig
from device_farm.backends.loader import load_backend
from device_farm.errors import PrerequisiteError
from gui_agent.benchmarks.basics import SUITE

ROOT = Path(__file__).resolve().parent.parent
EPISODES = 32
DESKTOP_EPISODES = 8


def desktop_problem() -> str:
    """Why no desktop can run here, with the fix; empty when one can."""
    try:
        load_backend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        return str(error)
    return ""


def chosen_tasks(*, desktop: bool) -> list[str]:
    """Names of 32 templates, every fourth a desktop one where there is a desktop, so that both kinds start at once."""
    phone = [template.name for template in SUITE.templates if template.platform == "android"]
    desk = [template.name for template in SUITE.templates if template.platform == "desktop"][:DESKTOP_EPISODES]
    return [*desk, *phone[: EPISODES - len(desk)]] if desktop else phone[:EPISODES]


def farm(*arguments: str) -> int:
    """Runs one `farm` command and shows it as a person would type it."""
    print(f"\n$ farm {' '.join(arguments)}", flush=True)
    return subprocess.run([sys.executable, "-m", "device_farm.cli.main", *arguments], cwd=ROOT, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=f"runs/demo-{time.strftime('%Y%m%d-%H%M%S')}", metavar="DIR")
    parser.add_argument("--phones", type=int, default=4, metavar="N")
    parser.add_argument("--no-desktop", action="store_true")
    options = parser.parse_args()

    problem = "left out by --no-desktop" if options.no_desktop else desktop_problem()
    if problem:
        print(f"no desktop in this demo: {problem}")
    tasks = chosen_tasks(desktop=not problem)
    begun = time.monotonic()
    counts = ["--devices", str(options.phones), "--desktops", "0" if problem else "1"]
    platform = "android" if problem else "all"
    code = farm(
        *("collect", "--suite", "basics", "--policy", "expert", "--platform", platform, "--tasks", ",".join(tasks)),
        *("--episodes", str(len(tasks)), *counts, "--out", options.out),
    )
    if code == 0:
        code = farm("verify", options.out)
    print(f"\n{time.monotonic() - begun:.0f} s. Open {Path(options.out, 'report.html')} in a browser.")
    return code


if __name__ == "__main__":
    sys.exit(main())

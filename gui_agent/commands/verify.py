"""`farm verify`: checks a run's files, verdicts and rewards, or lets a verifier judge it; audits a suite; benches.

Three forms: `farm verify RUN`, `farm verify audit SUITE`, `farm verify bench`. A run folder that is called like a form
is written with its path: `./audit`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from device_farm.cli.command import Command
from gui_agent.commands.options import (
    add_androidworld_options,
    add_config_options,
    add_device_options,
    add_verifier_option,
    at_least_one,
)
from gui_agent.commands.verify_bench import configure_bench, run_bench


class _Form(argparse.Action):
    """The first word decides what the rest is read as."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        assert isinstance(values, list)
        first, *rest = values
        if first == "audit":
            namespace.form = first
            form = argparse.ArgumentParser(prog=f"{parser.prog} audit", description=_AUDIT)
            _configure_audit(form)
        elif first == "bench":
            namespace.form = first
            form = argparse.ArgumentParser(prog=f"{parser.prog} bench", description=_BENCH)
            configure_bench(form)
        else:
            namespace.form, namespace.run = "run", Path(first)
            form = argparse.ArgumentParser(prog=parser.prog)
            _add_run_options(form)
        form.parse_args(rest, namespace)


_BENCH = "every verifier on labelled episodes, which are done again on devices: how often is it right, at what cost"
_AUDIT = "tasks that are solved before anything was done: each with an agent that does nothing"


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s RUN [options] | audit SUITE [options] | bench [options]"
    parser.epilog = "farm verify audit --help, farm verify bench --help: the options of these two"
    # `run` would be the command's own function in the namespace of its parser.
    parser.add_argument(
        "form", action=_Form, nargs=argparse.PARSER, metavar="RUN", help="a run folder; or audit, or bench"
    )
    _add_run_options(parser)


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--suite", metavar="NAME", help="where the tasks' code is (default: the run's own suite)")
    parser.add_argument("--offline", action="store_true", help="only what is stored; re-execute nothing")
    parser.add_argument("--sample", type=int, metavar="N", help="re-execute only N episodes, spread over the run")
    add_verifier_option(parser, "the verdict of this verifier on every episode, filed in the run folder")
    parser.add_argument("--again", action="store_true", help="judge anew what has a verdict of --verifier already")
    add_device_options(parser)
    add_config_options(parser)
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")


def _configure_audit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("suite", metavar="SUITE", help="a suite by name, or MODULE:ATTRIBUTE")
    parser.add_argument("--seeds", type=at_least_one, default=1, metavar="N", help="instances a template (default 1)")
    parser.add_argument("--seed", type=int, metavar="N", help="the first of them (default 0)")
    parser.add_argument("--tasks", metavar="NAME,NAME", help="only these templates of the suite")
    parser.add_argument("--platform", choices=("android", "desktop", "all"), default="all", help="default all")
    add_verifier_option(parser, "a second opinion beside the evaluators' (default agentic)")
    add_androidworld_options(parser)
    add_device_options(parser)
    add_config_options(parser)
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")


async def _run(namespace: argparse.Namespace) -> int:
    if namespace.form == "audit":
        from gui_agent.commands.auditing import run_audit

        return await run_audit(namespace)
    if namespace.form == "bench":
        return await run_bench(namespace)
    if namespace.verifier is not None or namespace.config or namespace.overrides:
        from gui_agent.commands.judging import run_judge

        return await run_judge(namespace)
    from gui_agent.commands.verifying import run_verify

    return await run_verify(namespace)


COMMAND = Command(
    name="verify",
    help="check a run, let a verifier judge it; audit a suite; bench verifiers",
    configure=_configure,
    run=_run,
)

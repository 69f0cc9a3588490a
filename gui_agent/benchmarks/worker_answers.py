"""The other end of a worker's channel: requests on stdin, answers on stdout, as JSON lines.

Workers run under interpreters of other programs' environments, which load this file by its path: it imports the
standard library alone. A request is `{"id": 1, "op": "plan", ...}`; its answer `{"id": 1, "result": ...}`, or `{"id":
1, "error": {"type", "message", "last_line", "traceback"}}`. An error is the answer to one request; the process goes on.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, TextIO


def describe(error: BaseException) -> dict[str, str]:
    """An exception as the answer to a request."""
    text = "".join(traceback.format_exception(error))
    lines = [line for line in text.splitlines() if line.strip()]
    return {
        "type": type(error).__name__,
        "message": str(error) or repr(error),
        "last_line": lines[-1].strip() if lines else "",
        "traceback": text[-20_000:],
    }


def own_stdout() -> TextIO:
    """Stdout for the answers alone. The programs print: what others write there goes to stderr from now on."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def answer_requests(operations: Mapping[str, Callable[..., dict[str, Any]]], answers: TextIO) -> None:
    """Answers the requests of stdin one after the other, and ends the process where they end.

    Threads that never end, as android_env's, do not keep it.
    """
    for line in sys.stdin:
        request = json.loads(line)
        number, operation = request.pop("id"), request.pop("op")
        try:
            answer = {"id": number, "result": operations[operation](**request)}
        except Exception as error:  # noqa: BLE001 - the boundary: whatever the program raises is the answer
            traceback.print_exc()
            answer = {"id": number, "error": describe(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    answers.close()
    os._exit(0)

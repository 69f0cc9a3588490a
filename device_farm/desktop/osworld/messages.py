"""Bodies of requests and answers: JSON, forms, multipart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from device_farm.simulator.uiautomator.http import Request, Response

BODY_MAX: Final = 256 << 20
"""Bytes of an uploaded file, as much as a desktop takes."""
_JSON: Final = "application/json"


class RefusedError(Exception):
    """The request cannot be done; `status` is the HTTP status of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def answer(values: Mapping[str, Any], *, status: int = 200) -> Response:
    return Response(status=status, body=json.dumps(values).encode(), content_type=_JSON)


def text_answer(text: str, *, status: int = 200) -> Response:
    return Response(status=status, body=text.encode())


def route_of(request: Request) -> tuple[str, str]:
    """Method and path, without the query and a slash at the end."""
    path = urlsplit(request.path).path
    return request.method, path.rstrip("/") or "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What a request says, by name. Files are bytes, everything else is as JSON or text."""

    values: Mapping[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        """Raises RefusedError where it is missing or no text."""
        value = self.values.get(name, default)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if not isinstance(value, str) or (not value and default is None):
            raise RefusedError(400, f"{name}: expected a text, got {value!r:.80}")
        return value

    def flag(self, name: str) -> bool:
        return self.values.get(name) in (True, "true", "True", "1", 1)

    def seconds(self, name: str, default: float, *, most: float) -> float:
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
            raise RefusedError(400, f"{name}: expected a number above 0 and up to {most:g}, got {value!r:.80}")
        return float(value)

    def data(self, name: str) -> bytes:
        value = self.values.get(name)
        if not isinstance(value, bytes):
            raise RefusedError(400, f"{name}: expected a file")
        return value


def read_fields(request: Request) -> Fields:
    """The fields of a request, in any of the forms that OSWorld's controllers send. Raises RefusedError."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return Fields(values=_multipart(request.body, kind))
    if kind.startswith("application/x-www-form-urlencoded"):
        pairs = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        return Fields(values={name: values[-1] for name, values in pairs.items()})
    query = {name: values[-1] for name, values in parse_qs(urlsplit(request.path).query).items()}
    if not request.body.strip():
        return Fields(values=query)
    try:
        values = json.loads(request.body)
    except ValueError as error:
        raise RefusedError(400, f"the body is no JSON: {error}") from error
    if not isinstance(values, dict):
        raise RefusedError(400, "the body is no JSON object")
    return Fields(values={**query, **values})


def _multipart(body: bytes, kind: str) -> dict[str, str | bytes]:
    boundary = _parameter(kind, "boundary")
    if not boundary:
        raise RefusedError(400, "the multipart body names no boundary")
    values: dict[str, str | bytes] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        if part.startswith(b"--"):
            return values
        head, blank, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = _disposition(head.decode("utf-8", "replace"))
        name = _parameter(disposition, "name")
        if not blank or not name:
            raise RefusedError(400, "a part of the multipart body has no name")
        is_file = "filename=" in disposition
        values[name] = content if is_file else content.decode("utf-8", "replace")
    raise RefusedError(400, "the multipart body has no end")


def _disposition(head: str) -> str:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return value
    return ""


def _parameter(header: str, name: str) -> str:
    for piece in header.split(";")[1:]:
        key, _, value = piece.strip().partition("=")
        if key.lower() == name:
            return value.strip('"')
    return ""

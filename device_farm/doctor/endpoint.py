"""Proof that an OpenAI-compatible model server answers."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from device_farm.errors import ConfigError, PrerequisiteError

_TIMEOUT_S = 8.0


def models_url(endpoint: str) -> str:
    """`http://host:8000`, with or without `/v1`, as the address of its list of models.

    Raises:
        ConfigError: it is no HTTP address.
    """
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConfigError(f"{endpoint!r} is no address", field="--endpoint", fix="write http://HOST:PORT/v1")
    base = endpoint.rstrip("/").removesuffix("/v1")
    return f"{base}/v1/models"


async def model_server(endpoint: str) -> str:
    """Asks the server for its models. Raises PrerequisiteError when it does not answer or has none."""
    url = models_url(endpoint)
    try:
        answer = json.loads(await asyncio.to_thread(_get, url))
        names = [str(model["id"]) for model in answer["data"]]
    except (OSError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", error)
        raise PrerequisiteError(f"{url}: {reason}", fix="start it: vllm serve MODEL --port 8000") from error
    except (ValueError, KeyError, TypeError) as error:
        raise PrerequisiteError(f"{url} answers, but not with a list of models: {error}") from error
    if not names:
        raise PrerequisiteError(f"{url} serves no model", fix="start it: vllm serve MODEL --port 8000")
    return f"{url} serves {', '.join(names[:4])}"


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as response:
        return bytes(response.read(1 << 20))

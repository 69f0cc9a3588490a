"""Web pages of the browser tasks. `%%SEED%%` in their source stands for the task's seed."""

from __future__ import annotations

from importlib.resources import files


def page(name: str, seed: int) -> str:
    """The page `NAME.html` with its seed filled in."""
    return files(__name__).joinpath(f"{name}.html").read_text(encoding="utf-8").replace("%%SEED%%", str(seed))

"""Writes `report.html`: one file with everything in it, readable without a network."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import jinja2

from device_farm import __version__
from device_farm.errors import DataError
from device_farm.types.trajectory import Episode
from gui_agent.report.data import ReportData, by_template, figures
from gui_agent.report.images import BUDGET_BYTES, ImageShelf
from gui_agent.report.verdicts import NO_VERDICTS, verdict_content, verdict_notes
from gui_agent.store.files import LocalFiles, storage_errors
from gui_agent.store.layout import TEMPORARY
from gui_agent.store.reader import RunReader

STAND_IN = "/standin/"
"""In the build fingerprint of the emulator's stand-in."""

_SIMULATED = {
    "simulator": "The phones are simulated: the screens are drawn by a program, no Android is behind them.",
    "fake": "The devices are scripted stand-ins for tests: no phone and no desktop is behind them.",
}


def write_report(root: Path, *, summary: dict[str, Any] | None = None, budget_bytes: int = BUDGET_BYTES) -> Path:
    """Writes the report of the run folder `root` and gives its path. `summary` are figures just measured.

    Raises:
        ConfigError: `root` holds no run.
        StorageError: the file cannot be written.
    """
    reader = RunReader(root)
    path = reader.layout.report
    text = render(reader, summary=summary, budget_bytes=budget_bytes)
    partial = root / f"{TEMPORARY}{os.getpid()}-report.html"
    files = LocalFiles()
    with storage_errors(path):
        files.write(partial, text.encode("utf-8"))
        files.sync([partial])
        files.rename(partial, path)
    return path


def render(reader: RunReader, *, summary: dict[str, Any] | None, budget_bytes: int) -> str:
    """The report's HTML."""
    shelf = ImageShelf(reader, budget_bytes)
    data = ReportData(reader, shelf)
    gathered = data.gather()
    episodes = [stored.episode for stored, _ in gathered]
    config = reader.config()
    content: dict[str, Any] = {
        "run": reader.layout.root.resolve().name,
        "config": config,
        "figures": figures(reader, episodes, summary),
        "templates": by_template(episodes),
        "version": __version__,
        "written_at": time.strftime("%Y-%m-%d %H:%M"),
        "episodes": [document for _, document in gathered],
        "verdicts": _verdicts(reader, episodes, data),
        "trees": data.trees,
        "images": shelf.images,
    }
    content["notes"] = _notes(episodes, shelf, data) + verdict_notes(content["verdicts"])
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("gui_agent.report", "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = environment.get_template("report.html.j2")
    return page.render(title=content["run"], data=script_json(content), style=_asset("report.css"), script=_script())


def _verdicts(reader: RunReader, episodes: list[Episode], data: ReportData) -> dict[str, Any]:
    try:
        return verdict_content(reader.layout.root, episodes)
    except DataError as error:
        data.damaged.append(str(error))
        return NO_VERDICTS


def script_json(content: dict[str, Any]) -> str:
    """JSON that can stand inside a script element: no `<` is left that could end it."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text("utf-8")


def _script() -> str:
    names = ("dom.js", "verdicts.js", "critic.js", "lookahead.js", "overview.js", "player.js", "start.js")
    return "\n".join(_asset(name) for name in names)


def _notes(episodes: list[Episode], shelf: ImageShelf, data: ReportData) -> list[str]:
    backends = {episode.provenance.backend for episode in episodes}
    notes = [text for name, text in _SIMULATED.items() if name in backends]
    if any(STAND_IN in episode.provenance.device_image for episode in episodes):
        notes.append("The emulators are stand-ins: simulated phones behind the emulator's command line, no Android.")
    if shelf.full:
        notes.append("There are too many screens for one file: later episodes show their last screen only.")
    if shelf.missing:
        notes.append(f"{len(shelf.missing)} screens are lost or damaged; farm verify names them.")
    if data.damaged:
        notes.append(
            f"{len(data.damaged)} episodes, trees or files of verdicts are damaged and left out: {data.damaged[0]}"
        )
    return notes

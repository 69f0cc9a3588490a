"""Installs OSWorld's `desktop-env` into a virtual environment of its own, without what no set-up or evaluator needs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from gui_agent.benchmarks.androidworld.install import is_environment, run_shown
from gui_agent.benchmarks.osworld.crew import hello

VERSION: Final = "1.0.2"
REQUIREMENTS: Final = (
    "beautifulsoup4",
    "cssselect",
    "formulas",
    "gymnasium~=0.28.1",
    "imagehash",
    "lxml",
    "mutagen",
    "numpy<2,>=1.26",
    "odfpy",
    "opencv-python-headless<4.12",
    "openpyxl",
    "pandas<2.3,>=2.2",
    "pdfplumber",
    "pillow~=11.0",
    "playwright",
    "pydrive",
    "pymupdf",
    "pypdf",
    "pypdf2",
    "python-docx",
    "python-dotenv",
    "python-pptx",
    "pytz",
    "pyyaml",
    "rapidfuzz",
    "requests",
    "requests-toolbelt~=1.0.0",
    "scikit-image",
    "tldextract",
    "xmltodict",
)
"""What desktop-env 1.0.2 names and its set-ups and evaluators import: 1.2 GB. Its agents' packages (torch,
transformers, cloud clients) are left out, and `easyocr`, `librosa`, `pyacoustid`, `borb`, `fastdtw`, which few use."""

Tell = Callable[[str], None]


async def install(*, venv: Path, more: Sequence[str], tell: Tell) -> dict[str, Any]:
    """Makes or renews the virtual environment at `venv`; `more` are packages for evaluators that need them.

    Returns what the installed OSWorld says of itself.

    Raises:
        ConfigError: `venv` is in the way.
        PrerequisiteError: pip could not do its work.
        WorldError, BackendError: it does not run.
    """
    python = venv / "bin" / "python"
    if not await asyncio.to_thread(is_environment, venv):
        tell(f"a virtual environment in {venv}")
        await run_shown((sys.executable, "-m", "venv", str(venv)), "making the virtual environment", tell)
    pip = (str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet")
    tell("what OSWorld's set-ups and evaluators need; this takes some minutes")
    await run_shown((*pip, *REQUIREMENTS, *more), "installing OSWorld's requirements", tell)
    tell(f"desktop-env {VERSION}")
    await run_shown((*pip, "--no-deps", f"desktop-env=={VERSION}"), "installing desktop-env", tell)
    return await hello(python)

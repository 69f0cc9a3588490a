"""Profiles of applications as OSWorld's image has them: started before, so that nothing is asked at the first start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PROFILES: Final[Mapping[str, str]] = {
    ".config/vlc/vlcrc": "[qt]\nqt-privacy-ask=0\n\n[core]\nmetadata-network-access=0\n",
    ".config/GIMP/2.10/gimprc": "# GIMP gimprc\n",
}
"""By path in the home folder. Evaluators read these files, and break where there are none."""

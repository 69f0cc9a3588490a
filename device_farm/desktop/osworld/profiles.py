"""Profiles of applications as OSWorld's image has them: started before, so that nothing is asked at the first start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_VLC: Final = """\
[qt]
qt-privacy-ask=0

[lua]
http-password=password

[core]
metadata-network-access=0
extraintf=http
"""
"""What plays is asked for over HTTP, at port 8080 with this password, as OSWorld's evaluators do."""
PROFILES: Final[Mapping[str, str]] = {
    ".config/vlc/vlcrc": _VLC,
    ".config/GIMP/2.10/gimprc": "# GIMP gimprc\n",
    # What GTK 2 needs to describe its programs, of Debian's libatk-adaptor; GTK 3 does it by itself.
    ".gtkrc-2.0": 'gtk-modules = "gail:atk-bridge"\n',
}
"""By path in the home folder. Evaluators read these files, and break where there are none."""

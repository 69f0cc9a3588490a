"""Makes the sample APK of the framework's tests importable here."""

from __future__ import annotations

import sys
from pathlib import Path

# Its sample APK is what AndroidWorld downloads here.
sys.path.append(str(Path(__file__).resolve().parents[1] / "simulator" / "framework"))

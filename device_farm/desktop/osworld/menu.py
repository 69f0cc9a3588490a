"""Menu entries of the programs that OSWorld's image has in its menu, for those of them that a desktop has.

A desktop's own menu is the same on every machine, whatever is installed there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FOLDER: Final = ".local/share/applications"
"""In the home folder, by the freedesktop.org base directories."""
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """`program` must be there for it; `{shims}` in `command` is the folder of programs under OSWorld's names."""

    program: str
    id: str
    name: str
    command: str
    icon: str
    category: str
    kinds: tuple[str, ...] = ()

    def text(self, shims: str) -> str:
        """The desktop file."""
        lines = [
            "[Desktop Entry]",
            "Type=Application",
            f"Name={self.name}",
            f"Exec={self.command.replace('{shims}', shims)} %U",
            f"Icon={self.icon}",
            f"Categories={self.category};",
        ]
        if self.kinds:
            lines.append(f"MimeType={';'.join(self.kinds)};")
        return "\n".join(lines) + "\n"


ENTRIES: Final = (
    MenuEntry(
        program="chromium",
        id="google-chrome.desktop",
        name="Google Chrome",
        command="{shims}/google-chrome",
        icon="chromium",
        category="Network",
        kinds=(
            "text/html",
            "application/xhtml+xml",
            "application/pdf",
            "x-scheme-handler/http",
            "x-scheme-handler/https",
        ),
    ),
    MenuEntry(
        program="lowriter",
        id="libreoffice-writer.desktop",
        name="LibreOffice Writer",
        command="libreoffice --writer",
        icon="libreoffice-writer",
        category="Office",
        kinds=(
            *("application/vnd.oasis.opendocument.text", f"{_OFFICE}.wordprocessingml.document"),
            *("application/msword", "application/rtf"),
        ),
    ),
    MenuEntry(
        program="loimpress",
        id="libreoffice-impress.desktop",
        name="LibreOffice Impress",
        command="libreoffice --impress",
        icon="libreoffice-impress",
        category="Office",
        kinds=(
            *("application/vnd.oasis.opendocument.presentation", f"{_OFFICE}.presentationml.presentation"),
            "application/vnd.ms-powerpoint",
        ),
    ),
    MenuEntry(
        program="gimp",
        id="gimp.desktop",
        name="GNU Image Manipulation Program",
        command="gimp",
        icon="gimp",
        category="Graphics",
        kinds=("image/x-xcf", "image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff", "image/webp"),
    ),
    # Of no kind of file: on OSWorld's image, too, it is nobody's default until somebody makes it that.
    MenuEntry(
        program="vlc",
        id="vlc.desktop",
        name="VLC media player",
        command="vlc",
        icon="vlc",
        category="AudioVideo",
    ),
    MenuEntry(
        program="thunderbird",
        id="thunderbird.desktop",
        name="Thunderbird Mail",
        command="thunderbird",
        icon="thunderbird",
        category="Network",
    ),
)

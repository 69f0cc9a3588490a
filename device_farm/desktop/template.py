"""The home directory that every desktop starts from, as a tar file: the same bytes for the same size."""

from __future__ import annotations

import io
import tarfile
from importlib.resources import files

_CHANNELS = ".config/xfce4/xfconf/xfce-perchannel-xml"
# 2025-01-01: the file manager calls the date of the epoch unknown.
_MADE_S = 1_735_689_600
_FOLDERS = ("Desktop", "Documents", "Downloads", "Pictures")

# No animation and no blinking caret: two looks at an idle desktop are the same bytes.
_GTK = """[Settings]
gtk-theme-name=Greybird
gtk-icon-theme-name=elementary-xfce
gtk-font-name=DejaVu Sans 10
gtk-cursor-theme-name=Adwaita
gtk-cursor-theme-size=24
gtk-cursor-blink=false
gtk-enable-animations=false
gtk-double-click-time=400
gtk-primary-button-warps-slider=true
gtk-overlay-scrolling=false
gtk-recent-files-enabled=true
"""
_SETTINGS = """[org/xfce/mousepad/preferences/window]
statusbar-visible=true
opening-mode='window'

[org/xfce/mousepad/preferences/file]
session-restore='never'

[org/xfce/mousepad/preferences/view]
word-wrap=true

[org/gtk/settings/file-chooser]
sort-directories-first=true
"""
_TERMINAL = """[Configuration]
FontName=DejaVu Sans Mono 11
FontUseSystem=FALSE
MiscCursorBlinks=FALSE
MiscBell=FALSE
MiscConfirmClose=FALSE
MiscMenubarDefault=TRUE
MiscToolbarDefault=FALSE
MiscDefaultGeometry=90x26
MiscShowUnsafePasteDialog=FALSE
"""
_MIME = """[Default Applications]
inode/directory=thunar.desktop
text/plain=org.xfce.mousepad.desktop
text/markdown=org.xfce.mousepad.desktop
text/csv=libreoffice-calc.desktop
application/vnd.oasis.opendocument.spreadsheet=libreoffice-calc.desktop
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet=libreoffice-calc.desktop
"""
_USER_DIRS = "".join(f'XDG_{name.upper().rstrip("S")}_DIR="$HOME/{name}"\n' for name in ("Desktop", "Downloads")) + (
    'XDG_DOCUMENTS_DIR="$HOME/Documents"\nXDG_PICTURES_DIR="$HOME/Pictures"\n'
)
_MENU = """<?xml version="1.0" encoding="UTF-8"?>
<openbox_menu xmlns="http://openbox.org/3.4/menu"><menu id="root-menu" label="Desktop"/></openbox_menu>
"""
_THUNAR = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="thunar" version="1.0">
  <property name="last-show-hidden" type="bool" value="false"/>
  <property name="last-menubar-visible" type="bool" value="true"/>
  <property name="last-view" type="string" value="ThunarDetailsView"/>
  <property name="misc-thumbnail-mode" type="string" value="THUNAR_THUMBNAIL_MODE_NEVER"/>
  <property name="misc-volume-management" type="bool" value="false"/>
</channel>
"""
# A gradient from top to bottom: every row is one colour, and a screenshot of it is small.
_BACKDROP = """<property name="color-style" type="int" value="2"/>
          <property name="image-style" type="int" value="0"/>
          <property name="rgba1" type="array"><value type="double" value="0.20"/><value type="double" value="0.42"/>
            <value type="double" value="0.58"/><value type="double" value="1"/></property>
          <property name="rgba2" type="array"><value type="double" value="0.09"/><value type="double" value="0.19"/>
            <value type="double" value="0.29"/><value type="double" value="1"/></property>"""
_DESKTOP = f"""<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-desktop" version="1.0">
  <property name="backdrop" type="empty">
    <property name="screen0" type="empty">
      <property name="monitorscreen" type="empty">
        <property name="workspace0" type="empty">
            {_BACKDROP}
        </property>
      </property>
    </property>
  </property>
  <property name="desktop-icons" type="empty">
    <property name="style" type="int" value="2"/>
    <property name="file-icons" type="empty">
      <property name="show-trash" type="bool" value="false"/>
      <property name="show-removable" type="bool" value="false"/>
      <property name="show-filesystem" type="bool" value="false"/>
      <property name="show-home" type="bool" value="true"/>
    </property>
  </property>
</channel>
"""
# Node, property, value: no tips, no first-start pages, no recovery, no question about file formats.
_OFFICE = (
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Common/Misc", "ShowTipOfTheDay", "false"),
    ("Office.Common/Misc", "CrashReport", "false"),
    ("Office.Common/Misc", "UseOpenCL", "false"),
    ("Office.Common/Save/Document", "WarnAlienFormat", "false"),
    ("Office.Common/Help", "ExtendedTip", "false"),
    ("Office.Recovery/RecoveryInfo", "Enabled", "false"),
    ("Office.Recovery/AutoSave", "Enabled", "false"),
    ("Setup/Office", "ooSetupInstCompleted", "true"),
    ("Setup/Product", "ooSetupLastVersion", "99.9"),
    ("Setup/Product", "LastTimeGetInvolvedShown", "4102444800"),
    ("Setup/Product", "LastTimeDonateShown", "4102444800"),
)


def _office() -> str:
    items = "".join(
        f'<item oor:path="/org.openoffice.{node}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>\n"
        for node, name, value in _OFFICE
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f"{items}</oor:items>\n"
    )


def home_files() -> dict[str, str]:
    """Every file of the fresh home: relative path to text."""
    package = files("device_farm.desktop")
    return {
        ".config/gtk-3.0/settings.ini": _GTK,
        ".config/glib-2.0/settings/keyfile": _SETTINGS,
        ".config/mimeapps.list": _MIME,
        ".config/user-dirs.dirs": _USER_DIRS,
        ".config/xfce4/terminal/terminalrc": _TERMINAL,
        f"{_CHANNELS}/xfce4-panel.xml": package.joinpath("panel.xml").read_text("utf-8"),
        f"{_CHANNELS}/xfce4-desktop.xml": _DESKTOP,
        f"{_CHANNELS}/thunar.xml": _THUNAR,
        ".config/openbox/rc.xml": package.joinpath("openbox.xml").read_text("utf-8"),
        ".config/openbox/menu.xml": _MENU,
        ".config/libreoffice/4/user/registrymodifications.xcu": _office(),
    }


def home_archive() -> bytes:
    """The fresh home as a tar file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder in _FOLDERS:
            member = tarfile.TarInfo(folder)
            member.type, member.mode, member.mtime = tarfile.DIRTYPE, 0o755, _MADE_S
            archive.addfile(member)
        for path, text in home_files().items():
            content = text.encode()
            member = tarfile.TarInfo(path)
            member.size, member.mode, member.mtime = len(content), 0o644, _MADE_S
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()

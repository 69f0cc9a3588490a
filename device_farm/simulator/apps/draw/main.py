"""The canvas with its tools, and the dialogs for colour, size, saving and leaving."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from device_farm.simulator.apps.browsing import file_uri, path_of
from device_farm.simulator.apps.draw.picture import EMPTY, FILE_TYPES, FileType, Line, Picture, encoded, parsed_colour
from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.intents import SEND, ActivityResult, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context
from device_farm.simulator.toolkit.content import Drawing, Stroke
from device_farm.simulator.toolkit.metrics import px

PACKAGE: Final = "com.simplemobiletools.draw.pro"
CREATE_DOCUMENT: Final = "android.intent.action.CREATE_DOCUMENT"
_TITLE: Final = "android.intent.extra.TITLE"

# The screen between the bars, less the tool bar.
_WIDTH_DP = 411.4
_HEIGHT_DP = 774.0
FULL_BRUSH_DP: Final = 40.0
_MIMETYPES: Final = {"png": "image/png", "svg": "image/svg+xml", "jpg": "image/jpeg"}
_PALETTE: Final = (
    0xFF000000, 0xFF795548, 0xFFF44336, 0xFFE91E63, 0xFF9C27B0, 0xFF3F51B5, 0xFF2196F3, 0xFF00BCD4,
    0xFF009688, 0xFF4CAF50, 0xFFCDDC39, 0xFFFFEB3B, 0xFFFF9800, 0xFF9E9E9E, 0xFF607D8B, 0xFFFFFFFF,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawState:
    """`undone` are lines that can be redone, the next one last. `size` is the brush from 5 to 100."""

    picture: Picture = EMPTY
    undone: tuple[Line, ...] = ()
    colour: int = 0xFF000000
    size: float = 50.0
    erasing: bool = False
    picking: bool = False
    file_name: str = ""
    file_type: FileType = "png"
    saved: Picture = EMPTY


DrawContext: TypeAlias = Context[DrawState]


class Canvas(Activity[DrawState]):
    def initial(self, context: DrawContext) -> DrawState:
        return DrawState()

    def build(self, context: DrawContext) -> w.Widget:
        return w.Column((_bar(context), _canvas(context)), background="surface")

    def dialog(self, context: DrawContext, name: str, argument: object) -> w.Overlay:
        match name:
            case "save":
                return _save_dialog(context)
            case "colour":
                return _colour_dialog(context, background=argument == "background")
            case "leave":
                return w.Dialog(
                    text="You have unsaved changes. Save before exit?",
                    buttons=(
                        w.DialogButton("Discard", context.finish),
                        w.DialogButton("Save", lambda: context.dialog("save")),
                    ),
                )
            case _:
                return w.Dialog(
                    title="Simple Draw",
                    text="An easy app for drawing with the finger.\n\nv 6.9.6",
                    buttons=(w.DialogButton("OK"),),
                )

    def on_result(self, context: DrawContext, request: str, result: ActivityResult) -> None:
        """The file manager has made the file; it gets the picture."""
        path = path_of(result.data)
        if request != "save" or not result.ok or not path:
            return
        state = context.state
        try:
            data = encoded(state.picture, state.file_type, px(_WIDTH_DP), px(_HEIGHT_DP))
            save_file(context.files, path, data)
        except FileSystemError as error:
            context.toast(str(error))
            return
        context.update(saved=state.picture)
        context.toast("File saved successfully")

    def on_back(self, context: DrawContext) -> bool:
        if context.state.picture == context.state.saved:
            return False
        context.dialog("leave")
        return True


def _bar(context: DrawContext) -> w.Widget:
    return w.AppBar(
        "Draw",
        actions=(
            w.IconButton("save", description="Save", resource_id="menu_save", on_tap=lambda: context.dialog("save")),
            w.IconButton("share", description="Share", resource_id="menu_share", on_tap=lambda: _share(context)),
        ),
        overflow=(
            w.MenuItem("Change background color", lambda: context.dialog("colour", "background")),
            w.MenuItem("Clear", lambda: context.update(picture=EMPTY, saved=EMPTY, undone=())),
            w.MenuItem("About", lambda: context.dialog("about")),
        ),
        resource_id="main_toolbar",
    )


def _share(context: DrawContext) -> None:
    path = f"{context.data_dir}/cache/images/simple-draw.png"
    save_file(context.files, path, encoded(context.state.picture, "png", px(_WIDTH_DP), px(_HEIGHT_DP)))
    context.start(Intent(action=SEND, type="image/png", extras={"android.intent.extra.STREAM": file_uri(path)}))


def _canvas(context: DrawContext) -> w.Widget:
    state = context.state
    paper = Drawing(
        "strokes",
        state.picture.values(),
        state.picture.colours(),
        on_stroke=lambda stroke: _touched(context, stroke),
        background=state.picture.background,
        resource_id="my_canvas",
        class_name="android.view.View",
        width="fill",
        height="fill",
    )
    size = w.Column(
        (
            w.Row((_preview(state),), main="center"),
            w.Row(
                (
                    w.Slider(
                        state.size,
                        minimum=5.0,
                        maximum=100.0,
                        width=240,
                        resource_id="stroke_width_bar",
                        on_change=lambda value: context.update(size=round(value)),
                    ),
                ),
                main="center",
            ),
        ),
        gap=8,
        padding=(0, 0, 0, 12),
    )
    return w.Stack((paper, _tools(context), size), ("fill", "top", "bottom"), weight=1, resource_id="main_holder")


def _preview(state: DrawState) -> w.Widget:
    side = max(0.03, state.size / 100.0) * FULL_BRUSH_DP
    return w.Stack(
        (w.Spacer(width=side, height=side, radius=side / 2, background=state.colour, border="outline"),),
        ("center",),
        width=FULL_BRUSH_DP,
        height=FULL_BRUSH_DP,
        resource_id="stroke_width_preview",
    )


def _tools(context: DrawContext) -> w.Widget:
    """Redo, eraser, eyedropper, colour in a row at the right; undo below the colour."""
    state = context.state

    def toggle(icon: str, description: str, resource_id: str, on: bool, **change: bool) -> w.Widget:
        return w.IconButton(
            icon,
            style="filled" if on else "plain",
            description=description,
            resource_id=resource_id,
            on_tap=lambda: context.update(**change),
        )

    row: list[w.Widget] = [w.Spacer(weight=1)]
    if state.undone:
        row.append(w.IconButton("redo", description="Redo", resource_id="redo", on_tap=lambda: _redo(context)))
    row.append(toggle("auto_fix_normal", "Eraser", "eraser", state.erasing, erasing=not state.erasing, picking=False))
    row.append(toggle("colorize", "Eyedropper", "eye_dropper", state.picking, picking=not state.picking, erasing=False))
    row.append(
        w.Stack(
            (w.Spacer(width=32, height=32, radius=16, background=state.colour, border="outline"),),
            ("center",),
            width=48,
            height=48,
            class_name="android.widget.ImageView",
            description="Change color",
            resource_id="color_picker",
            on_tap=lambda: context.dialog("colour"),
        )
    )
    rows: list[w.Widget] = [w.Row(tuple(row))]
    if state.picture.lines:
        undo = w.IconButton("undo", description="Undo", resource_id="undo", on_tap=lambda: _undo(context))
        rows.append(w.Row((w.Spacer(weight=1), undo)))
    return w.Column(tuple(rows))


def _touched(context: DrawContext, stroke: Stroke) -> None:
    state = context.state
    points = tuple((round(x * px(_WIDTH_DP), 1), round(y * px(_HEIGHT_DP), 1)) for x, y in stroke.points)
    if state.picking:
        context.update(colour=_colour_at(state.picture, points[-1]), picking=False)
        return
    line = Line(
        points=points, width_px=px(FULL_BRUSH_DP) * state.size / 100.0, colour=None if state.erasing else state.colour
    )
    context.update(picture=replace(state.picture, lines=(*state.picture.lines, line)), undone=())


def _colour_at(picture: Picture, point: tuple[float, float]) -> int:
    """The colour of the topmost line within half its width of the point, else the background's."""
    for line, colour in zip(reversed(picture.lines), reversed(picture.colours()), strict=True):
        near = min((x - point[0]) ** 2 + (y - point[1]) ** 2 for x, y in line.points)
        if near <= (line.width_px / 2) ** 2:
            return colour
    return picture.background


def _undo(context: DrawContext) -> None:
    *kept, last = context.state.picture.lines
    context.update(picture=replace(context.state.picture, lines=tuple(kept)), undone=(*context.state.undone, last))


def _redo(context: DrawContext) -> None:
    *left, line = context.state.undone
    picture = context.state.picture
    context.update(picture=replace(picture, lines=(*picture.lines, line)), undone=tuple(left))


def _colour_dialog(context: DrawContext, *, background: bool) -> w.Overlay:
    now = context.state.picture.background if background else context.state.colour

    def choose(colour: int) -> None:
        context.set_text("hex", f"{colour & 0xFFFFFF:06x}")

    def take() -> None:
        colour = parsed_colour(context.text("hex", f"{now & 0xFFFFFF:06x}"))
        if colour is None:
            return
        if background:
            context.update(picture=replace(context.state.picture, background=colour))
        else:
            context.update(colour=colour, erasing=False, picking=False)

    cells = tuple(
        w.Stack(
            (w.Spacer(width=40, height=40, radius=20, background=colour, border="outline"),),
            ("center",),
            height=52,
            description=f"#{colour & 0xFFFFFF:06x}",
            on_tap=lambda colour=colour: choose(colour),  # type: ignore[misc]
        )
        for colour in _PALETTE
    )
    field = w.TextField("Hex color", f"{now & 0xFFFFFF:06x}", key="hex", resource_id="color_picker_new_hex")
    return w.Dialog(
        body=w.Column((w.Grid(cells, columns=4, gap=8), field), gap=12),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", take)),
    )


def _save_dialog(context: DrawContext) -> w.Overlay:
    """Name and kind; where to is asked by the system's file manager."""
    state = context.state
    start = state.file_name or f"image_{context.local():%Y%m%d_%H%M%S}"

    def go_on() -> None:
        name = context.text("name", start).strip()
        if not name or "/" in name:
            context.toast("Filename cannot be empty" if not name else "Filename contains invalid characters")
            return
        context.dismiss()
        context.update(file_name=name)
        kind = context.state.file_type
        context.start_for_result(
            Intent(action=CREATE_DOCUMENT, type=_MIMETYPES[kind], extras={_TITLE: f"{name}.{kind}"}), "save"
        )

    def choose(kind: FileType) -> None:
        context.update(file_type=kind)

    kinds = tuple(
        w.Radio(
            state.file_type == kind,
            f".{kind}",
            lambda on, kind=kind: choose(kind),  # type: ignore[misc]
            resource_id=f"save_image_radio_{kind}",
        )
        for kind in FILE_TYPES
    )
    field = w.TextField("Filename", start, key="name", autofocus=True, resource_id="save_image_filename")
    return w.Dialog(
        title="Save as",
        body=w.Column((field, *kinds), gap=8),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", go_on, dismiss=False)),
    )

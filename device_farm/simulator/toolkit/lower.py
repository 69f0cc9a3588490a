"""Widgets to nodes: the one dispatch over all widgets, and the plain containers and contents."""

from __future__ import annotations

from device_farm.simulator.toolkit import (
    looks_basic,
    looks_chrome,
    looks_controls,
    looks_date,
    looks_dialogs,
    looks_field,
    looks_rows,
    looks_time,
)
from device_farm.simulator.toolkit.base import Extent, Widget
from device_farm.simulator.toolkit.chrome import (
    AppBar,
    BottomNavigation,
    BottomSheet,
    ChoiceDialog,
    DatePickerDialog,
    Dialog,
    Screen,
    SearchBar,
    Tabs,
    TimePickerDialog,
)
from device_farm.simulator.toolkit.containers import (
    Absolute,
    Card,
    Column,
    Grid,
    LazyList,
    Row,
    Scroll,
    Spacer,
    Stack,
)
from device_farm.simulator.toolkit.content import (
    Avatar,
    Divider,
    Drawing,
    Icon,
    Image,
    Progress,
    SectionHeader,
    Text,
)
from device_farm.simulator.toolkit.controls import (
    Button,
    Checkbox,
    CheckRow,
    Chip,
    ContextMenu,
    Fab,
    IconButton,
    ListRow,
    MenuButton,
    Radio,
    RadioRow,
    Slider,
    Spinner,
    Switch,
    SwitchRow,
    TextField,
)
from device_farm.simulator.toolkit.field_box import FieldBox, Miniature
from device_farm.simulator.toolkit.fonts import icon_text
from device_farm.simulator.toolkit.metrics import DENSITY, px, sides
from device_farm.simulator.toolkit.node import FILL, WRAP, Axis, FieldContent, Node, Preview, Shape, TextContent
from device_farm.simulator.toolkit.scope import SUBMENU, Scope, popup_request
from device_farm.simulator.toolkit.theme import TYPE_SCALE, with_alpha
from device_farm.simulator.toolkit.view import FieldState

DISABLED_ALPHA = 0.38
MASK = "\u2022"


def lower(widget: Widget, scope: Scope) -> Node:
    """The node of `widget` and of everything in it."""
    match widget:
        case Text():
            return finish(_text(widget, scope), widget, scope, role="android.widget.TextView")
        case Column() | Row():
            return finish(_linear(widget, scope), widget, scope, container="android.widget.LinearLayout")
        case Stack():
            node = _container("stack", widget.children, scope)
            node.places = widget.places
            return finish(node, widget, scope, container="android.widget.FrameLayout")
        case Spacer():
            return finish(Node(), widget, scope, container="android.view.View")
        case Icon():
            return finish(_icon(widget, scope), widget, scope, container="android.widget.ImageView")
        case Scroll() | LazyList():
            return _scrolling(widget, scope)
        case Grid() | Absolute() | Card():
            return _arranged(widget, scope)
        case Image() | Divider() | Progress() | Drawing():
            return _drawn(widget, scope)
        case FieldBox():
            return finish(_field_box(widget, scope), widget, scope, role="android.widget.EditText")
        case MenuButton() | ContextMenu() | Spinner():
            return _with_menu(widget, scope)
        case Miniature():
            node = Node()
            node.content = Preview(widget.frame, widget.scale)
            node.clip = True
            return finish(node, widget, scope, container="android.view.View")
        case TextField() | SearchBar():
            return _sized(lower(expand(widget, scope), scope), widget)
        case _:
            return finish(lower(expand(widget, scope), scope), widget, scope)


def expand(widget: Widget, scope: Scope) -> Widget:
    """A composite widget as simpler ones."""
    match widget:
        case Avatar() | SectionHeader() | Button() | Fab() | IconButton() | Chip():
            return looks_basic.basic(widget)
        case Switch() | Checkbox() | Radio() | Slider():
            return looks_controls.control(widget)
        case ListRow() | SwitchRow() | CheckRow() | RadioRow():
            return looks_rows.list_line(widget)
        case TextField():
            return looks_field.text_field(widget, scope)
        case SearchBar():
            return looks_field.search_bar(widget)
        case AppBar() | Tabs() | BottomNavigation() | Screen():
            return looks_chrome.chrome(widget, scope)
        case Dialog() | ChoiceDialog() | BottomSheet():
            return looks_dialogs.overlay(widget, scope)
        case TimePickerDialog():
            return looks_time.time_picker(widget, scope)
        case DatePickerDialog():
            return looks_date.date_picker(widget, scope)
        case _:
            raise TypeError(f"not a widget of the toolkit: {type(widget).__name__}")


def finish(node: Node, widget: Widget, scope: Scope, *, role: str = "", container: str = "") -> Node:
    """Fills in what every widget has. `role` is always seen by accessibility; `container` only with a reason to."""
    if widget.width is not None:
        node.width = extent(widget.width)
    if widget.height is not None:
        node.height = extent(widget.height)
    if widget.padding:
        node.padding = sides(widget.padding)
    if widget.weight:
        node.weight = widget.weight
    if widget.background is not None:
        node.background = scope.theme.colour(widget.background)
    if widget.border is not None:
        node.border = scope.theme.colour(widget.border)
    if widget.radius:
        node.radius = px(widget.radius)
    if widget.elevation:
        node.elevation = px(widget.elevation)
    node.enabled = widget.enabled
    node.on_tap = widget.on_tap or node.on_tap
    node.on_long_press = widget.on_long_press or node.on_long_press
    node.on_swipe = widget.on_swipe
    node.description = widget.description or node.description
    if widget.resource_id:
        node.resource_id = scope.resource_id(widget.resource_id)
    if widget.selected:
        node.states = (*node.states, "selected")
    node.states = (*node.states, *widget.states)
    node.text = widget.a11y_text or node.text
    seen = node.on_tap or node.on_long_press or node.description or node.resource_id
    role = "" if widget.decorative else role or (container if seen else "")
    node.role = widget.class_name or node.role or role
    return node


def _sized(node: Node, widget: TextField | SearchBar) -> Node:
    """Only the size: the identity of a field belongs to the box inside it."""
    node.weight = widget.weight
    node.width = extent(widget.width if widget.width is not None else "fill")
    node.height = extent(widget.height)
    if isinstance(widget, SearchBar) and widget.padding:
        node.padding = sides(widget.padding)
    return node


def extent(value: Extent) -> int:
    """Pixels, FILL or WRAP."""
    if value is None:
        return WRAP
    return FILL if value == "fill" else px(float(value))


def _container(axis: Axis, children: tuple[Widget, ...], scope: Scope) -> Node:
    node = Node(axis)
    node.children = [lower(child, scope) for child in children]
    return node


def _linear(widget: Column | Row, scope: Scope) -> Node:
    node = _container("column" if isinstance(widget, Column) else "row", widget.children, scope)
    node.gap = px(widget.gap)
    node.main = widget.main
    node.cross = widget.cross
    return node


def _text(widget: Text, scope: Scope) -> Node:
    node = Node()
    colour = scope.theme.colour(widget.colour if widget.colour is not None else "on_surface")
    node.content = text_content(widget, scope, colour if widget.enabled else with_alpha(colour, DISABLED_ALPHA))
    node.text = widget.text
    return node


def text_content(widget: Text, scope: Scope, colour: int) -> TextContent:
    """The drawn form of a Text in the type scale, at the person's font scale."""
    size, line, weight = TYPE_SCALE[widget.style]
    scale = scope.theme.font_scale
    line_px = px(line * scale)
    if widget.size:
        line_px = px(widget.line or widget.size * 1.2)
    return TextContent(
        widget.text,
        face=widget.font_weight or weight,
        size_px=widget.size * DENSITY if widget.size else px(size * scale),
        line_px=line_px,
        colour=colour,
        max_lines=widget.max_lines,
        align=widget.align,
        strike=widget.strike,
    )


def _icon(widget: Icon, scope: Scope) -> Node:
    node = Node()
    colour = scope.theme.colour(widget.colour if widget.colour is not None else "on_surface_variant")
    if not widget.enabled:
        colour = with_alpha(colour, DISABLED_ALPHA)
    icon_text(widget.name)
    node.content = Shape("icon", values=(float(px(widget.size)),), colours=(colour,), data=widget.name.encode())
    node.width = node.height = px(widget.size)
    return node


def _scrolling(widget: Scroll | LazyList, scope: Scope) -> Node:
    if not widget.key:
        raise ValueError(f"{type(widget).__name__} needs a key")
    match widget:
        case Scroll():
            node = _container("scroll", widget.children, scope)
            node.gap = px(widget.gap)
            role = "android.widget.ScrollView"
        case LazyList():
            node = Node("list")
            node.count = widget.count
            node.row_px = px(widget.row_height * max(1.0, scope.theme.font_scale))
            node.row = lambda index: lower(widget.row(index), scope)
            role = "androidx.recyclerview.widget.RecyclerView"
    node.clip = True
    node.scroll_key = scope.key(widget.key)
    node.scroll_px = scope.view.scroll.get(node.scroll_key, px(widget.start))
    return finish(node, widget, scope, role=role)


def _arranged(widget: Grid | Absolute | Card, scope: Scope) -> Node:
    match widget:
        case Grid():
            node = _container("grid", widget.children, scope)
            node.columns = max(1, widget.columns)
            node.gap = px(widget.gap)
            node.row_px = px(widget.row_height or 0)
        case Absolute():
            node = _container("absolute", tuple(child for _, _, child in widget.children), scope)
            node.offsets = tuple((px(x), px(y)) for x, y, _ in widget.children)
        case Card():
            node = _container("stack", (widget.child,), scope)
            node.radius = px(16)
            node.clip = True
            surface, border = {
                "filled": ("surface_container", None),
                "elevated": ("surface_low", None),
                "outlined": ("surface", "outline_variant"),
            }[widget.style]
            node.background = scope.theme.colour(surface)  # type: ignore[arg-type]
            node.border = scope.theme.colour(border) if border else 0  # type: ignore[arg-type]
            node.elevation = px(2) if widget.style == "elevated" else 0
    return finish(node, widget, scope, container="android.widget.FrameLayout")


def _drawn(widget: Image | Divider | Progress | Drawing, scope: Scope) -> Node:
    colour = scope.theme.colour
    node = Node()
    match widget:
        case Image():
            node.content = Shape("image", values=(1.0 if widget.fit == "cover" else 0.0,), data=widget.data)
            return finish(node, widget, scope, role="android.widget.ImageView")
        case Divider():
            node.height = 2
            node.content = Shape("rule", values=(float(px(widget.inset)),), colours=(colour("outline_variant"),))
            return finish(node, widget, scope)
        case Progress():
            node.content = Shape(
                "ring" if widget.circular else "bar",
                values=(min(max(widget.value, 0.0), 1.0),),
                colours=(colour("primary"), colour("surface_highest")),
            )
            node.width = px(48) if widget.circular else FILL
            node.height = px(48) if widget.circular else px(4)
            return finish(node, widget, scope, role="android.widget.ProgressBar")
        case Drawing():
            colours = tuple(map(colour, widget.colours))
            if not widget.enabled:
                colours = tuple(with_alpha(argb, DISABLED_ALPHA) for argb in colours)
            node.content = Shape(widget.kind, values=widget.values, colours=colours)
            node.on_drag = widget.on_drag
            node.on_stroke = widget.on_stroke
            return finish(node, widget, scope, container="android.view.View")


def _with_menu(widget: MenuButton | ContextMenu | Spinner, scope: Scope) -> Node:
    if not widget.key:
        raise ValueError(f"{type(widget).__name__} needs a key")
    opener = scope.opener(widget.key)
    match widget:
        case MenuButton():
            face = widget.child or IconButton("more_vert", description=widget.description or "More options")
            items = widget.items
        case ContextMenu():
            face, items = widget.child, widget.items
        case Spinner():
            face, items = looks_controls.spinner_face(widget), looks_controls.spinner_items(widget)
    node = finish(lower(face, scope), widget, scope)
    if isinstance(widget, ContextMenu):
        node.on_long_press = opener
    elif widget.enabled:
        node.on_tap = opener
    node.role = node.role or "android.widget.FrameLayout"
    if scope.view.popup.partition(SUBMENU)[0] == scope.key(widget.key):
        scope.popup = popup_request(node, items, scope.view.popup, isinstance(widget, Spinner))
    return node


def _field_box(widget: FieldBox, scope: Scope) -> Node:
    """A row with an optional icon and the editable leaf; the row is the EditText."""
    field = widget.field
    if not field.key:
        raise ValueError("TextField needs a key")
    content = _field_content(field, scope)
    leaf = Node()
    leaf.content = content
    leaf.clip = True
    leaf.weight = 1.0
    if not field.multiline:
        leaf.height = content.text.line_px
    elif widget.height is not None:
        leaf.height = FILL
    if field.multiline:
        leaf.scroll_key = content.key
        leaf.scroll_px = scope.view.scroll.get(content.key, 0)
    node = Node("row")
    node.cross = "start" if field.multiline else "center"
    node.gap = px(12)
    node.children = [lower(Icon(field.icon), scope), leaf] if field.icon else [leaf]
    node.field_key = content.key
    node.text = content.text.text if not content.hint_shown else ""
    node.hint = field.hint or field.label
    node.states = ("editable", *(("password",) if field.password else ()), *(("focused",) if content.focused else ()))
    return node


def _field_content(field: TextField, scope: Scope) -> FieldContent:
    key = scope.key(field.key)
    state = scope.view.fields.get(key)
    if state is None:
        state = scope.new_fields[key] = FieldState.at_end(field.initial)
        if field.autofocus:
            scope.autofocus = key
    shown = MASK * len(state.text) if field.password else state.text
    scale = scope.theme.font_scale
    colour = scope.theme.colour("on_surface" if shown else "on_surface_variant")
    text = TextContent(
        shown or field.hint or field.label,
        face="regular",
        size_px=field.text_size * DENSITY if field.text_size else px(16 * scale),
        line_px=px(field.text_size * 1.2) if field.text_size else px(24 * scale),
        colour=colour if field.enabled else with_alpha(colour, DISABLED_ALPHA),
        max_lines=0 if field.multiline else 1,
    )
    content = FieldContent(key, text, state.text)
    content.cursor, content.selection = state.cursor, state.selection
    content.min_lines = field.min_lines
    content.focused = scope.view.focus == key
    content.hint_shown = not shown
    content.cursor_colour = scope.theme.colour("primary")
    content.highlight = with_alpha(content.cursor_colour, 0.3)
    content.kind, content.multiline = field.kind, field.multiline
    content.on_change, content.on_submit = field.on_change, field.on_submit
    content.enabled = field.enabled
    content.masked = field.password
    scope.fields[key] = content
    return content

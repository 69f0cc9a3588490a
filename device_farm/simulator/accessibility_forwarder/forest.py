"""An accessibility tree as the forest message of android_env.

Facts about Android's own trees: windows come topmost first (`AccessibilityService.getWindows`), and an empty text field
says its hint as its text too (`TextView.onInitializeAccessibilityNodeInfo`).
"""

from __future__ import annotations

from device_farm.pb import accessibility_forwarder_pb2 as pb
from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiNode, UiState, UiTree

# android.view.accessibility.AccessibilityNodeInfo: ACTION_CLICK and so on.
_ACTIONS: tuple[tuple[UiState, int], ...] = (
    ("focusable", 0x1),
    ("clickable", 0x10),
    ("long_clickable", 0x20),
    ("scrollable", 0x1000),
    ("scrollable", 0x2000),
    ("editable", 0x20_0000),
)


def encode_forest(tree: UiTree) -> bytes:
    """The message on the wire."""
    forest = pb.AndroidAccessibilityForest()
    last = len(tree.roots) - 1
    front = next((place for place in range(last, -1, -1) if _kind(tree.roots[place]) == _APPLICATION), -1)
    first_id = 1
    for layer in range(last, -1, -1):
        root = tree.roots[layer]
        window = forest.windows.add(
            id=layer + 1,
            layer=layer,
            title=root.app,
            window_type=_kind(root),
            is_active=layer == front,
            is_focused=layer == front,
        )
        _set_bounds(window.bounds_in_screen, root.bounds)
        _Nodes(window, first_id).add(root, 0)
        first_id += len(window.tree.nodes)
    return forest.SerializeToString()


_APPLICATION = pb.AndroidAccessibilityWindowInfo.TYPE_APPLICATION


def _kind(root: UiNode) -> pb.AndroidAccessibilityWindowInfo.WindowType:
    match root.app:
        case "com.android.systemui":
            return pb.AndroidAccessibilityWindowInfo.TYPE_SYSTEM
        case "com.android.inputmethod.latin":
            return pb.AndroidAccessibilityWindowInfo.TYPE_INPUT_METHOD
        case _:
            return _APPLICATION


class _Nodes:
    """Adds the nodes of one window in document order, with ids from `first_id` on."""

    def __init__(self, window: pb.AndroidAccessibilityWindowInfo, first_id: int) -> None:
        self._nodes = window.tree.nodes
        self._window_id = window.id
        self._first_id = first_id

    def add(self, node: UiNode, depth: int, order: int = 0) -> int:
        """Adds `node` and what is below it; returns its id."""
        unique_id = self._first_id + len(self._nodes)
        states = node.states
        editable = "editable" in states
        made = self._nodes.add(
            unique_id=unique_id,
            class_name=node.role,
            content_description=node.description,
            hint_text=node.hint,
            package_name=node.app,
            text=node.text or (node.hint if editable else ""),
            view_id_resource_name=node.resource_id,
            window_id=self._window_id,
            is_checkable="checkable" in states,
            is_checked="checked" in states,
            is_clickable="clickable" in states,
            is_editable=editable,
            is_enabled="enabled" in states,
            is_focusable="focusable" in states,
            is_focused="focused" in states,
            is_long_clickable="long_clickable" in states,
            is_password="password" in states,
            is_scrollable="scrollable" in states,
            is_selected="selected" in states,
            is_visible_to_user="visible" in states,
            actions=[pb.AndroidAccessibilityAction(id=action) for state, action in _ACTIONS if state in states],
            depth=depth,
            drawing_order=order,
        )
        _set_bounds(made.bounds_in_screen, node.bounds)
        for place, child in enumerate(node.children):
            made.child_ids.append(self.add(child, depth + 1, place))
        return unique_id


def _set_bounds(message: pb.ProtoRect, bounds: Rect) -> None:
    message.left, message.top, message.right, message.bottom = bounds.left, bounds.top, bounds.right, bounds.bottom

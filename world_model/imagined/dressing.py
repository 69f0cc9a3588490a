"""A sketch as a UI tree, with what sketches leave out taken from a real screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from device_farm.types.elements import visible_elements
from device_farm.types.geometry import Rect
from device_farm.types.task import Platform
from device_farm.types.ui_tree import UiNode, UiTree
from world_model.sketch.labels import label_of
from world_model.sketch.observed import line_of
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketch.tree import tree_of

_Key: TypeAlias = tuple[str, str, Rect]


def dressed(sketch: Sketch, real: UiTree, platform: Platform) -> UiTree:
    """`tree_of(sketch)`, told more like the device of `real` would tell it.

    An element that `real` shows too, with the same label and text in the same place, takes its role, resource id, hint
    and description from there; and the windows of other applications than the sketch's, such as a phone's bars, are
    windows of their own again. Whatever is new stays as `tree_of` has it, in one window below them. Policies that read
    trees know elements by these, and decide otherwise where they are missing.
    """
    known, windows = dict[_Key, UiNode](), dict[_Key, int]()
    numbers = {id(root): at for at, root in enumerate(real.roots) if root.app != sketch.app}
    for element in visible_elements(real, sketch.screen):
        line = line_of(element)
        known[_key(line)] = element.node
        windows[_key(line)] = numbers.get(id((*element.above, element.node)[0]), -1)
    parted: dict[int, list[SketchLine]] = {-1: []}
    for line in sketch.lines:
        parted.setdefault(windows.get(_key(line), -1), []).append(line)
    roots = []
    for at, lines in sorted(parted.items()):
        (root,) = tree_of(replace(sketch, lines=tuple(lines)), platform).roots
        roots.append(_dressed(root if at < 0 else replace(root, app=real.roots[at].app), known))
    return UiTree(roots=tuple(roots))


def _key(line: SketchLine) -> _Key:
    return line.label, line.text, line.box


def _dressed(node: UiNode, known: Mapping[_Key, UiNode]) -> UiNode:
    children = tuple(_dressed(child, known) for child in node.children)
    same = known.get((label_of(node.role), node.text, node.bounds))
    if same is None:
        return replace(node, children=children)
    base = replace(node, role=same.role, resource_id=same.resource_id, value=same.value, children=children)
    if same.label != node.text:
        return base
    # Text is what an element shows; a label that another attribute gave has to stay there.
    return replace(base, text=same.text, description=same.description, hint=same.hint)

"""Observations and what is in them on the wire."""

from __future__ import annotations

from collections.abc import Iterator

from device_farm.converter.enums import (
    image_formats,
    orientations,
    platforms,
    states_from_wire,
    states_to_wire,
)
from device_farm.device import DeviceInfo, SnapshotInfo
from device_farm.errors import DataError
from device_farm.pb import device_pb2
from device_farm.pb import types_pb2 as pb
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Foreground, Observation, ObserveRequest, Screenshot
from device_farm.types.ui_tree import UiNode, UiTree


def size_to_pb(size: Size) -> pb.Size:
    return pb.Size(width=size.width, height=size.height)


def size_from_pb(size: pb.Size) -> Size:
    return Size(size.width, size.height)


def info_to_pb(info: DeviceInfo) -> pb.DeviceInfo:
    return pb.DeviceInfo(
        id=info.id,
        backend=info.backend,
        platform=platforms.to_wire(info.platform),
        screen=size_to_pb(info.screen),
        image=info.image,
    )


def info_from_pb(info: pb.DeviceInfo) -> DeviceInfo:
    return DeviceInfo(
        id=info.id,
        backend=info.backend,
        platform=platforms.from_wire(info.platform),
        screen=size_from_pb(info.screen),
        image=info.image,
    )


def snapshot_to_pb(info: SnapshotInfo) -> device_pb2.Snapshot:
    return device_pb2.Snapshot(name=info.name, created_s=info.created_s, size_bytes=info.size_bytes)


def snapshot_from_pb(message: device_pb2.Snapshot) -> SnapshotInfo:
    return SnapshotInfo(name=message.name, created_s=message.created_s, size_bytes=message.size_bytes)


def options_to_pb(request: ObserveRequest) -> pb.ObserveOptions:
    return pb.ObserveOptions(screenshot=request.screenshot, ui_tree=request.ui_tree, known_digest=request.known_digest)


def options_from_pb(options: pb.ObserveOptions) -> ObserveRequest:
    return ObserveRequest(screenshot=options.screenshot, ui_tree=options.ui_tree, known_digest=options.known_digest)


def _node_to_pb(node: UiNode) -> pb.UiNode:
    bounds = node.bounds
    return pb.UiNode(
        child_count=len(node.children),
        states=states_to_wire(node.states),
        left=bounds.left,
        top=bounds.top,
        right=bounds.right,
        bottom=bounds.bottom,
        role=node.role,
        text=node.text,
        description=node.description,
        hint=node.hint,
        value=node.value,
        resource_id=node.resource_id,
        app=node.app,
    )


def tree_to_pb(tree: UiTree) -> pb.UiTree:
    """All nodes in document order; the child counts say how they hang together."""
    return pb.UiTree(nodes=[_node_to_pb(node) for node in tree.walk()])


def _build(nodes: Iterator[pb.UiNode]) -> UiNode:
    node = next(nodes)
    return UiNode(
        role=node.role,
        bounds=Rect(node.left, node.top, node.right, node.bottom),
        text=node.text,
        description=node.description,
        hint=node.hint,
        value=node.value,
        resource_id=node.resource_id,
        app=node.app,
        states=states_from_wire(node.states),
        children=tuple([_build(nodes) for _ in range(node.child_count)]),
    )


def tree_from_pb(message: pb.UiTree) -> UiTree:
    """Raises DataError when the child counts do not fit the nodes."""
    nodes = iter(message.nodes)
    left, roots = len(message.nodes), []
    try:
        while left > 0:
            root = _build(nodes)
            roots.append(root)
            left -= sum(1 for _ in root.walk())
    except (StopIteration, RuntimeError, RecursionError) as error:
        raise DataError("the tree's child counts do not fit its nodes", field="ui_tree") from error
    return UiTree(roots=tuple(roots))


def screenshot_to_pb(screenshot: Screenshot) -> pb.Screenshot:
    return pb.Screenshot(
        digest=screenshot.digest,
        size=size_to_pb(screenshot.size),
        format=image_formats.to_wire(screenshot.format),
        data=screenshot.data,
    )


def screenshot_from_pb(message: pb.Screenshot) -> Screenshot:
    return Screenshot(
        digest=message.digest,
        size=size_from_pb(message.size),
        format=image_formats.from_wire(message.format),
        data=message.data if message.HasField("data") else None,
    )


def observation_to_pb(seen: Observation) -> pb.Observation:
    return pb.Observation(
        sequence=seen.sequence,
        screen=size_to_pb(seen.screen),
        orientation=orientations.to_wire(seen.orientation),
        device_time_s=seen.device_time_s,
        foreground_app=seen.foreground.app,
        foreground_window=seen.foreground.window,
        screenshot=screenshot_to_pb(seen.screenshot) if seen.screenshot else None,
        ui_tree=tree_to_pb(seen.ui_tree) if seen.ui_tree else None,
    )


def observation_from_pb(message: pb.Observation) -> Observation:
    """Raises DataError for what no server of ours sends."""
    return Observation(
        sequence=message.sequence,
        screen=size_from_pb(message.screen),
        orientation=orientations.from_wire(message.orientation),
        device_time_s=message.device_time_s,
        foreground=Foreground(app=message.foreground_app, window=message.foreground_window),
        screenshot=screenshot_from_pb(message.screenshot) if message.HasField("screenshot") else None,
        ui_tree=tree_from_pb(message.ui_tree) if message.HasField("ui_tree") else None,
    )

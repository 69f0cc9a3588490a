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
from device_farm.device import DeviceInfo, Endpoints, SnapshotInfo
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
        endpoints=None if info.endpoints is None else _endpoints_to_pb(info.endpoints),
    )


def _endpoints_to_pb(endpoints: Endpoints) -> pb.Endpoints:
    return pb.Endpoints(
        machine=endpoints.machine,
        console=endpoints.console,
        adb=endpoints.adb,
        grpc=endpoints.grpc,
        adb_server=endpoints.adb_server,
    )


def _endpoints_from_pb(message: pb.Endpoints) -> Endpoints:
    return Endpoints(
        machine=message.machine,
        console=message.console,
        adb=message.adb,
        grpc=message.grpc,
        adb_server=message.adb_server,
    )


def info_from_pb(info: pb.DeviceInfo) -> DeviceInfo:
    return DeviceInfo(
        id=info.id,
        backend=info.backend,
        platform=platforms.from_wire(info.platform),
        screen=size_from_pb(info.screen),
        image=info.image,
        endpoints=_endpoints_from_pb(info.endpoints) if info.HasField("endpoints") else None,
    )


def snapshot_to_pb(info: SnapshotInfo) -> device_pb2.Snapshot:
    return device_pb2.Snapshot(name=info.name, created_s=info.created_s, size_bytes=info.size_bytes)


def snapshot_from_pb(message: device_pb2.Snapshot) -> SnapshotInfo:
    return SnapshotInfo(name=message.name, created_s=message.created_s, size_bytes=message.size_bytes)


def options_to_pb(request: ObserveRequest) -> pb.ObserveOptions:
    return pb.ObserveOptions(screenshot=request.screenshot, ui_tree=request.ui_tree, known_digest=request.known_digest)


def options_from_pb(options: pb.ObserveOptions) -> ObserveRequest:
    return ObserveRequest(screenshot=options.screenshot, ui_tree=options.ui_tree, known_digest=options.known_digest)


def fill_tree(message: pb.UiTree, tree: UiTree) -> None:
    """All nodes in document order; the child counts say how they hang together."""
    add = message.nodes.add
    for node in tree.walk():
        bounds = node.bounds
        add(
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


def _fill_screenshot(message: pb.Screenshot, screenshot: Screenshot) -> None:
    message.digest = screenshot.digest
    message.size.width, message.size.height = screenshot.size.width, screenshot.size.height
    message.format = image_formats.to_wire(screenshot.format)
    if screenshot.data is not None:
        message.data = screenshot.data


def screenshot_from_pb(message: pb.Screenshot) -> Screenshot:
    return Screenshot(
        digest=message.digest,
        size=size_from_pb(message.size),
        format=image_formats.from_wire(message.format),
        data=message.data if message.HasField("data") else None,
    )


def fill_observation(message: pb.Observation, seen: Observation) -> None:
    """Writes into a message in its place: handing a made message to its parent would copy pixels and tree again."""
    message.sequence = seen.sequence
    message.screen.width, message.screen.height = seen.screen.width, seen.screen.height
    message.orientation = orientations.to_wire(seen.orientation)
    message.device_time_s = seen.device_time_s
    message.foreground_app = seen.foreground.app
    message.foreground_window = seen.foreground.window
    if seen.screenshot is not None:
        _fill_screenshot(message.screenshot, seen.screenshot)
    if seen.ui_tree is not None:
        message.ui_tree.SetInParent()
        fill_tree(message.ui_tree, seen.ui_tree)


class TreeMemory:
    """The last tree of a device. A screen that did not change gives the same tree object, and costs no rebuilding."""

    def __init__(self) -> None:
        self._encoded: bytes | None = None
        self._tree = UiTree(roots=())

    def read(self, message: pb.UiTree) -> UiTree:
        """Raises DataError as `tree_from_pb`."""
        encoded = message.SerializeToString()
        if encoded != self._encoded:
            self._tree, self._encoded = tree_from_pb(message), encoded
        return self._tree


def observation_from_pb(message: pb.Observation, *, memory: TreeMemory | None = None) -> Observation:
    """Raises DataError for what no server of ours sends."""
    read = tree_from_pb if memory is None else memory.read
    return Observation(
        sequence=message.sequence,
        screen=size_from_pb(message.screen),
        orientation=orientations.from_wire(message.orientation),
        device_time_s=message.device_time_s,
        foreground=Foreground(app=message.foreground_app, window=message.foreground_window),
        screenshot=screenshot_from_pb(message.screenshot) if message.HasField("screenshot") else None,
        ui_tree=read(message.ui_tree) if message.HasField("ui_tree") else None,
    )

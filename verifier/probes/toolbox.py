"""The tools of one verification: what there is, and the one way to call them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from pydantic import ValidationError

from device_farm.device import Device
from device_farm.errors import DeadlineError, FarmError
from device_farm.types.observation import Screenshot
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Evidence
from verifier.case import Case
from verifier.probes.acting import gui_tool
from verifier.probes.data import (
    changes_tool,
    content_query_tool,
    process_list_tool,
    setting_tool,
    sqlite_query_tool,
)
from verifier.probes.documents import document_tool
from verifier.probes.files import list_files_tool, read_file_tool, shell_tool
from verifier.probes.read_only import ReadOnlyDevice
from verifier.probes.refusal import ProbeRefused
from verifier.probes.screens import look_back_tool, screenshot_tool, ui_tree_tool
from verifier.probes.text import as_data, bounded, one_line
from verifier.probes.tool import ToolCall, ToolResult, ToolSpec
from verifier.probes.tools import Arguments, Context, Found, Limits, Tool
from verifier.scene import Scene
from verifier.verdict import fault_of

_TITLE_CHARACTERS = 300
_EVIDENCE_CHARACTERS = 2000
_FAULT_CHARACTERS = 600
_ARGUMENT_CHARACTERS = 20_000
_DEFAULT: Final = Limits()


class Toolbox:
    """A fixed set of tools over one case and one scene. The set is decided before the first probe and never grows."""

    def __init__(self, tools: tuple[Tool[Any], ...], context: Context, *, forks: bool) -> None:
        self._tools: Final[Mapping[str, Tool[Any]]] = {tool.name: tool for tool in tools}
        self._context = context
        self._forks = forks
        self._images = 0
        self.specs: Final[tuple[ToolSpec, ...]] = tuple(tool.spec for tool in tools)

    @property
    def device(self) -> ReadOnlyDevice | None:
        """The device as the attempt left it; None where only the record is left."""
        return self._context.device

    @asynccontextmanager
    async def start(self) -> AsyncIterator[ReadOnlyDevice]:
        """The state in which the task began. Until it is left, `device` must not be used.

        Raises:
            ProbeRefused: there is no scene.
            VerifierError: this kind of device cannot be copied.
        """
        device = self._context.live()
        async with self._context.stage().start() as before:
            yield ReadOnlyDevice(before, shell=device.has_shell)

    def fork(self) -> AbstractAsyncContextManager[Device]:
        """A copy that may be acted upon. Raises as `start` does, and ProbeRefused where forks are left out."""
        stage = self._context.stage()
        if not self._forks:
            raise ProbeRefused("this verifier may not act, not even in a fork", field="fork", fix="look at the screen")
        return stage.fork()

    async def call(self, call: ToolCall) -> ToolResult:
        """What the tool answers. Never raises but for cancellation: whatever goes wrong is the result's `fault`."""
        title = one_line(f"{call.name} {_plain(call.arguments)}", _TITLE_CHARACTERS)
        try:
            found = await self._run(call)
            return self._result(found)
        except FarmError as error:
            return _failed(title, fault_of(error))
        except Exception as error:  # noqa: BLE001 - the boundary to whatever a device holds; recorded as a fault
            return _failed(title, f"VerifierError: the tool broke: {fault_of(error)}")

    async def _run(self, call: ToolCall) -> Found:
        tool = self._tools.get(call.name) if isinstance(call.name, str) else None
        if tool is None:
            fix = "use one of: " + ", ".join(self._tools)
            raise ProbeRefused(f"no tool {str(call.name)[:60]!r}", field="name", fix=fix)
        arguments = _checked(tool, call.arguments)
        limits = self._context.limits
        limit_s = limits.copy_seconds if tool.copies else limits.seconds
        try:
            async with asyncio.timeout(limit_s):
                return await tool.run(arguments)
        except TimeoutError:
            raise DeadlineError(f"{tool.name} took longer than {limit_s:g} s", fix="ask for less at once") from None

    def _result(self, found: Found) -> ToolResult:
        shot, note = self._counted(found.screenshot)
        body = bounded(found.text + note, self._context.limits.characters)
        evidence = Evidence(
            probe=one_line(found.title, _TITLE_CHARACTERS),
            observed=bounded(body, _EVIDENCE_CHARACTERS),
            expected="an answer",
            holds=True,
        )
        return ToolResult(text=as_data(body), evidence=evidence, screenshot=shot)

    def _counted(self, shot: Screenshot | None) -> tuple[Screenshot | None, str]:
        """The screenshot while there are images left, and what to say where there are none."""
        if shot is None or shot.data is None:
            return None, ""
        if self._images >= self._context.limits.images:
            return None, f"\n(no picture: all {self._images} of this verification were shown)"
        self._images += 1
        return shot, ""


def _checked(tool: Tool[Any], arguments: Mapping[str, JsonValue]) -> Arguments:
    """Raises ProbeRefused that names every wrong argument and what the tool takes."""
    known = ", ".join(tool.arguments.model_fields) or "none"
    if not isinstance(arguments, Mapping) or len(_plain(arguments)) > _ARGUMENT_CHARACTERS:
        fix = f"give an object of at most {_ARGUMENT_CHARACTERS} characters with: {known}"
        raise ProbeRefused("bad arguments", field=tool.name, fix=fix)
    try:
        made = tool.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))[:60]}: {each['msg']}" for each in error.errors()[:5])
        raise ProbeRefused(f"bad arguments: {wrong}", field=tool.name, fix=f"arguments are: {known}") from None
    assert isinstance(made, Arguments)
    return made


def _plain(arguments: object) -> str:
    try:
        return json.dumps(arguments, ensure_ascii=False, default=repr)
    except (ValueError, RecursionError, TypeError):
        return "(arguments that are no JSON)"


def _failed(title: str, fault: str) -> ToolResult:
    said = one_line(fault, _FAULT_CHARACTERS)
    evidence = Evidence(probe=title, observed=said, expected="an answer", holds=False)
    return ToolResult(text=f"This probe brought nothing. {said}", evidence=evidence, fault=said)


def toolbox_for(
    case: Case, scene: Scene | None, *, shell: bool = True, gui: bool = True, limits: Limits = _DEFAULT
) -> Toolbox:
    """The tools for `case`. Without a scene: looking back only.

    `shell` False leaves out every tool but those of the screen, and `device.shell` refuses; `gui` False leaves out
    what acts in a fork, and `fork` refuses.
    """
    device = None if scene is None else ReadOnlyDevice(scene.device, shell=shell)
    context = Context(case=case, scene=scene, device=device, limits=limits)
    return Toolbox(tuple(_tools(context, shell=shell, gui=gui)), context, forks=gui)


def _tools(context: Context, *, shell: bool, gui: bool) -> Iterator[Tool[Any]]:
    yield look_back_tool(context)
    if context.device is None:
        return
    yield ui_tree_tool(context)
    yield screenshot_tool(context)
    if shell:
        yield from _shell_tools(context)
    if gui:
        yield gui_tool(context)


def _shell_tools(context: Context) -> Iterator[Tool[Any]]:
    yield shell_tool(context)
    yield read_file_tool(context)
    yield list_files_tool(context)
    yield sqlite_query_tool(context)
    yield changes_tool(context)
    yield process_list_tool(context)
    match context.case.platform:
        case "android":
            yield setting_tool(context)
            yield content_query_tool(context)
        case "desktop":
            yield document_tool(context)

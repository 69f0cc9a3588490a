"""What the window manager, the display, the input system and the compositor dump."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from device_farm.simulator.framework.screen import DISPLAY_ID

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone


def _turned(phone: SimulatedPhone) -> tuple[int, int, int]:
    """Width and height as turned, and the quarter turns."""
    rotation = phone.state.hardware.rotation
    width, height = phone.profile.screen.width, phone.profile.screen.height
    return (height, width, rotation) if rotation % 2 else (width, height, rotation)


@lru_cache(maxsize=512)
def window_id(name: str) -> str:
    """An object id such as Java prints; the same for the same window in every run."""
    value = 0
    for mark in name:
        value = (value * 31 + ord(mark)) & 0xFFFFFFF
    return f"{value:07x}"


def focus_lines(phone: SimulatedPhone) -> Iterator[str]:
    """`mCurrentFocus` and `mFocusedApp`."""
    title = phone.activities.focused_window
    yield f"  mCurrentFocus=Window{{{window_id(title)} u0 {title}}}"
    yield f"  mFocusedApp={_top_record(phone)}"


def _top_record(phone: SimulatedPhone) -> str:
    top = phone.activities.top.short
    return f"ActivityRecord{{{window_id(top)} u0 {top} t{_task(phone)}}}"


def _task(phone: SimulatedPhone) -> int:
    return phone.activities.tasks[-1].id if phone.state.front is not None else 1


def window(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    """All of it, or a section: windows, displays, policy, tokens, ..."""
    section = next((word for word in args if not word.startswith("-")), "all")
    if section in ("policy", "p", "all"):
        yield from _policy(phone)
    if section in ("displays", "d", "all"):
        yield from _displays(phone)
    if section in ("windows", "w", "all", "visible"):
        yield from _windows(phone)
    if section in ("tokens", "t", "sessions", "s", "animator", "a", "lastanr"):
        yield f"WINDOW MANAGER {section.upper()} (dumpsys window {section})"


def _policy(phone: SimulatedPhone) -> Iterator[str]:
    settings = phone.settings
    yield "WINDOW MANAGER POLICY STATE (dumpsys window policy)"
    yield "    mSafeMode=false mSystemReady=true mSystemBooted=true"
    yield f"    mAwake={_truth(phone.screen_on)}"
    yield f"    screenState={'SCREEN_STATE_ON' if phone.screen_on else 'SCREEN_STATE_OFF'}"
    yield "    showing=false"
    yield "    mShowingLockscreen=false mShowingDream=false mDreamingLockscreen=false isStatusBarKeyguard=false"
    yield f"    mUserRotation=ROTATION_{settings.get_int('system', 'user_rotation') % 4 * 90}"
    yield ""


def _displays(phone: SimulatedPhone) -> Iterator[str]:
    width, height, rotation = _turned(phone)
    yield "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)"
    yield "  Display: mDisplayId=0 (organized)"
    density = phone.profile.density_dpi
    yield (
        f"    init={phone.profile.screen.width}x{phone.profile.screen.height} {density}dpi "
        f"cur={width}x{height} app={width}x{height} rng={min(width, height)}x{min(width, height)}-"
        f"{max(width, height)}x{max(width, height)}"
    )
    yield f"    mLayoutSeq={phone.frame_number}"
    yield from focus_lines(phone)
    yield f"  mCurrentRotation=ROTATION_{rotation * 90}"
    yield "  DisplayRotation"
    yield "    mCurrentAppOrientation=SCREEN_ORIENTATION_UNSPECIFIED"
    yield f"    mRotation=ROTATION_{rotation * 90} mDeferredRotationPauseCount=0"
    yield ""


def _windows(phone: SimulatedPhone) -> Iterator[str]:
    width, height, _ = _turned(phone)
    yield "WINDOW MANAGER WINDOWS (dumpsys window windows)"
    titles = [phone.activities.focused_window]
    if phone.screen.keyboard_visible():
        titles.insert(0, "InputMethod")
    titles += [title for title in ("StatusBar", "NavigationBar0") if title not in titles]
    for index, title in enumerate(titles):
        yield f"  Window #{index} Window{{{window_id(title)} u0 {title}}}:"
        yield "    mDisplayId=0 rootTaskId=1 mSession=Session{0 1000:u0a0} mClient=android.os.BinderProxy@0"
        yield "    mAttrs={(0,0)(fillxfill) sim={adjust=resize} ty=BASE_APPLICATION fmt=TRANSLUCENT}"
        yield f"    Requested w={width} h={height} mLayoutSeq={phone.frame_number}"
        yield "    mHasSurface=true isReadyForDisplay()=true mWindowRemovalAllowed=false"
        yield f"    Frames: containing=[0,0][{width},{height}] parent=[0,0][{width},{height}]"
        yield "    isOnScreen=true\n    isVisible=true"
    yield "  mGlobalConfiguration={1.0 310mcc260mnc [en_US] ldltr sw411dp w411dp h866dp 420dpi nrm long port finger}"
    yield "  mHasPermanentDpad=false"
    yield "  mTopFocusedDisplayId=0"
    keyboard = phone.screen.keyboard_visible()
    yield (
        f"  mInputMethodTarget in display# 0 Window{{{window_id(titles[0])} u0 {titles[0]}}}"
        if keyboard
        else ("  mInputMethodTarget in display# 0 null")
    )
    yield from focus_lines(phone)
    yield ""


def display(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    width, height, rotation = _turned(phone)
    profile = phone.profile
    viewport = (
        f"DisplayViewport{{type=INTERNAL, valid=true, isActive={_truth(phone.screen_on)}, displayId=0, "
        f"uniqueId='local:{DISPLAY_ID}', physicalPort=0, orientation={rotation}, "
        f"logicalFrame=Rect(0, 0 - {width}, {height}), physicalFrame=Rect(0, 0 - {width}, {height}), "
        f"deviceWidth={width}, deviceHeight={height}}}"
    )
    yield "DISPLAY MANAGER (dumpsys display)"
    yield "  mSafeMode=false"
    yield f"  mViewports=[{viewport}]"
    yield f"  mStableDisplaySize=Point({profile.screen.width}, {profile.screen.height})"
    yield ""
    yield "Display Power Controller:"
    state = "ON" if phone.screen_on else "OFF"
    yield f"  mScreenState={state}"
    yield f"  mScreenBrightness={phone.settings.get_int('system', 'screen_brightness', 102) / 255:.8f}"
    yield ""
    yield "Logical Displays: size=1"
    yield "  Display 0:"
    yield (
        f'    mBaseDisplayInfo=DisplayInfo{{"Built-in Screen", displayId 0, real {profile.screen.width} x '
        f"{profile.screen.height}, density {profile.density_dpi}, rotation {rotation}, state {state}}}"
    )
    yield f"    mDisplayState: {state}"
    yield f"    mPrimaryDisplayDevice=Built-in Screen\n    orientation={rotation}"


def input_(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    width, height, rotation = _turned(phone)
    yield "INPUT MANAGER (dumpsys input)"
    yield ""
    yield "Event Hub State:"
    yield "  Devices:"
    yield "    2: virtio_input_multi_touch_1"
    yield "      Classes: KEYBOARD | TOUCH | TOUCH_MT | EXTERNAL"
    yield "      Path: /dev/input/event1"
    yield ""
    yield "Input Reader State (Nums of device: 2):"
    yield "  Device 2: virtio_input_multi_touch_1"
    yield "    Touch Input Mapper (mode - DIRECT):"
    yield (
        f"      Viewport INTERNAL: displayId=0, uniqueId=local:{DISPLAY_ID}, port=0, orientation={rotation}, "
        f"logicalFrame=[0, 0, {width}, {height}], physicalFrame=[0, 0, {width}, {height}], "
        f"deviceSize=[{width}, {height}], isActive=[{int(phone.screen_on)}]"
    )
    yield f"      SurfaceWidth: {width}px"
    yield f"      SurfaceHeight: {height}px"
    yield f"      SurfaceOrientation: {rotation}"
    yield ""
    yield "Input Dispatcher State:"
    title = phone.activities.focused_window
    yield "  FocusedApplications:"
    yield f"    displayId=0, name='{_top_record(phone)}', dispatchingTimeout=5000ms"
    yield "  FocusedWindows:"
    yield f"    displayId=0, name='{window_id(title)} {title}'"


def input_method(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    shown = _truth(phone.screen.keyboard_visible())
    yield "Current Input Method Manager state:"
    yield f"  mCurMethodId={phone.settings.get('secure', 'default_input_method')}"
    yield f"  mShowRequested={shown} mShowExplicitlyRequested={shown} mShowForced=false mInputShown={shown}"
    yield f"  mSystemReady=true mInteractive={_truth(phone.screen_on)}"
    yield f"  mServedView={'android.widget.EditText' if shown == 'true' else 'null'}"


def surface_flinger(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    if "--display-id" in args:
        yield f'Display {DISPLAY_ID} (HWC display 0): port=0 pnpId=GGL displayName="EMU_display_0"'
    elif "--list" in args:
        title = phone.activities.focused_window
        for name in (title, "StatusBar", "NavigationBar0"):
            yield f"{name}#0"
    elif "--latency" in args:
        yield "16666666"
    else:
        width, height, rotation = _turned(phone)
        yield "Build configuration: [sf HAS_CONTEXT_PRIORITY=1]"
        yield f"Display {DISPLAY_ID}"
        yield f"   orientation=ROTATION_{rotation * 90}, layerStackSpaceRect={{0, 0, {width}, {height}}}"
        yield f"   resolution={width}x{height} refresh-rate: 60.000002 fps"


def graphics_info(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield f"Applications Graphics Acceleration Info:\nUptime: {round(phone.clock.uptime_s() * 1000)}"
    yield f"Total frames rendered: {phone.frame_number}"
    yield "Janky frames: 0 (0.00%)"


def status_bar(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield f"  mDisabled1=0x0\n  mDisabled2=0x0\n  mExpanded={_truth(phone.state.shade != 'closed')}"


def _truth(value: bool) -> str:
    return str(value).lower()

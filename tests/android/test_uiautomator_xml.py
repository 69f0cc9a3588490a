"""The uiautomator parser: what devices write, and what they should not."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.android.uiautomator_xml import parse_bounds, parse_hierarchy
from device_farm.errors import GuestError
from device_farm.types.geometry import Rect, Size
from device_farm.types.ui_tree import UiNode

HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
NODE = (
    '<node index="0" text="{text}" resource-id="com.x:id/ok" class="android.widget.{kind}" package="com.x"'
    ' content-desc="desc" checkable="true" checked="false" clickable="true" enabled="true" focusable="true"'
    ' focused="false" scrollable="false" long-clickable="true" password="false" selected="true" bounds="{bounds}"'
)


def node(text: str = "OK", kind: str = "Button", bounds: str = "[0,10][100,60]", children: str = "") -> str:
    return f"{NODE.format(text=text, kind=kind, bounds=bounds)}>{children}</node>"


def dump(*nodes: str, rotation: str = "0") -> str:
    return f'{HEAD}<hierarchy rotation="{rotation}">{"".join(nodes)}</hierarchy>'


def test_parse_reads_every_attribute() -> None:
    (found,) = parse_hierarchy(dump(node())).tree.roots
    assert found == UiNode(
        role="android.widget.Button",
        bounds=Rect(0, 10, 100, 60),
        text="OK",
        description="desc",
        resource_id="com.x:id/ok",
        app="com.x",
        states=frozenset({"checkable", "clickable", "enabled", "focusable", "long_clickable", "selected", "visible"}),
    )


def test_parse_keeps_the_order_and_nesting() -> None:
    tree = parse_hierarchy(dump(node("a", children=node("b", children=node("c")) + node("d")), node("e"))).tree
    assert [one.text for one in tree.walk()] == ["a", "b", "c", "d", "e"]
    assert [child.text for child in tree.roots[0].children] == ["b", "d"]


@pytest.mark.parametrize(
    ("rotation", "wanted"),
    [("0", "portrait"), ("1", "landscape"), ("2", "portrait_reversed"), ("3", "landscape_reversed"), ("9", None)],
)
def test_parse_reads_the_orientation(rotation: str, wanted: str | None) -> None:
    assert parse_hierarchy(dump(rotation=rotation)).orientation == wanted


def test_an_edit_text_is_editable() -> None:
    (found,) = parse_hierarchy(dump(node(kind="EditText"))).tree.roots
    assert "editable" in found.states


def test_hint_and_invisibility_are_read() -> None:
    text = dump(node().replace('index="0"', 'index="0" hint="Name" visible-to-user="false"'))
    (found,) = parse_hierarchy(text).tree.roots
    assert found.hint == "Name"
    assert "visible" not in found.states


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        ("[0,10][100,60]", Rect(0, 10, 100, 60)),
        ("[-50,-20][2000,5000]", Rect(0, 0, 1080, 2400)),
        ("[1200,10][1300,60]", Rect(1080, 10, 1080, 60)),
        ("[100,100][50,50]", Rect(100, 100, 100, 100)),
        ("nonsense", Rect(0, 0, 0, 0)),
        ("", Rect(0, 0, 0, 0)),
        ("[1,2][3,99999999999]", Rect(0, 0, 0, 0)),
    ],
)
def test_bounds_are_clipped_to_the_screen(bounds: str, wanted: Rect) -> None:
    (found,) = parse_hierarchy(dump(node(bounds=bounds)), screen=Size(1080, 2400)).tree.roots
    assert found.bounds == wanted


def test_parse_bounds_takes_only_the_whole_text() -> None:
    assert parse_bounds("[1,2][3,4]") == Rect(1, 2, 3, 4)
    assert parse_bounds(" [1,2][3,4]") is None
    assert parse_bounds("[1,2][3,4]x") is None


@pytest.mark.parametrize(
    ("escaped", "wanted"),
    [
        ("a &lt; b &amp; &quot;c&quot;", 'a < b & "c"'),
        ("two&#10;lines", "two\nlines"),
        ("Zoë 東京 😀", "Zoë 東京 😀"),
        ("&#128512;", "😀"),
        ("bad&#0;reference", "bad reference"),
        ("bad&#x1f;reference", "bad reference"),
        ("bad\x07character", "bad character"),
        ("&#65535;", " "),
        ("pair &#55357;&#56832;", "pair 😀"),
        ("pair &#xD83D;&#xDE00; &#0;", "pair 😀"),
        ("half &#55357; pair", "half   pair"),
        ("&#1114112;", " "),
        ("&#0; &#233;", "  é"),
    ],
)
def test_texts_survive_even_those_that_xml_forbids(escaped: str, wanted: str) -> None:
    (found,) = parse_hierarchy(dump(node(text=escaped))).tree.roots
    assert found.text.strip() == wanted.strip()


def test_what_uiautomator_says_around_the_xml_is_skipped() -> None:
    text = f"WARNING: linker: x\n{dump(node())}UI hierchary dumped to: /dev/tty\n"
    assert len(parse_hierarchy(text.encode()).tree.roots) == 1


def test_an_empty_screen_is_an_empty_tree() -> None:
    assert parse_hierarchy(f'{HEAD}<hierarchy rotation="0" />').tree.roots == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ERROR: could not get idle state.",
        "ERROR: null root node returned by UiTestAutomationBridge.",
        "<hierarchy",
        '<hierarchy rotation="0"><node',
        '<hierarchy rotation="0"><node></hierarchy>',
        dump(node())[:-20],
        '<!DOCTYPE hierarchy [<!ENTITY a "b">]><hierarchy rotation="0">&a;</hierarchy>',
        '<!DOCTYPE hierarchy SYSTEM "file:///etc/passwd"><hierarchy/>',
        "<hierarchyx/>",
        dump("<node>" * 500 + "</node>" * 500),
        dump("<node/>" * 20001),
    ],
)
def test_what_is_no_hierarchy_is_a_guest_error(text: str) -> None:
    with pytest.raises(GuestError):
        parse_hierarchy(text)


def test_exploding_entities_are_refused_at_once() -> None:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    text = f'<!DOCTYPE x [<!ENTITY e0 "boom">{entities}]><hierarchy rotation="0"><node text="&e11;"/></hierarchy>'
    started = time.perf_counter()
    with pytest.raises(GuestError):
        parse_hierarchy(text)
    assert time.perf_counter() - started < 5


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_noise_raises_nothing_but_guest_errors(noise: bytes) -> None:
    for text in (noise, b"<hierarchy>" + noise, dump(node()).encode() + noise):
        with contextlib.suppress(GuestError):
            parse_hierarchy(text)


@settings(max_examples=150)
@given(st.integers(0, 1500), st.integers(0, 1500), st.binary(max_size=8))
def test_a_damaged_dump_raises_nothing_but_guest_errors(start: int, length: int, inserted: bytes) -> None:
    whole = dump(node("a", children=node("b") + node("c", kind="EditText"))).encode()
    with contextlib.suppress(GuestError):
        parse_hierarchy(whole[:start] + inserted + whole[start + length :], screen=Size(1080, 2400))

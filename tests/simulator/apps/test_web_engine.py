"""The web engine by itself: documents, scripts, style, limits; against what browsers do."""

from __future__ import annotations

from typing import Any

import pytest

from device_farm.simulator.apps.chrome.web.canvas import CanvasPicture
from device_farm.simulator.apps.chrome.web.colours import parsed
from device_farm.simulator.apps.chrome.web.engine import PageDied, PageEngine, PageSpec
from device_farm.simulator.apps.chrome.web.layout import lay_out
from device_farm.simulator.apps.chrome.web.live import LivePage, live_page
from device_farm.simulator.apps.chrome.web.model import Element, EventLog, PageEvent
from device_farm.simulator.apps.chrome.web.style import Viewport

VIEWPORT = Viewport(400.0, 800.0, 2.7)


def spec(source: str) -> PageSpec:
    return PageSpec(source=source, url="file:///page.html", seed=5, start_s=1_000_000.0)


def live(source: str) -> LivePage:
    return LivePage(spec(source))


def element(page: LivePage, name: str) -> Element:
    """The element with that id, else the first of that tag."""
    laid_out = page.page()
    assert laid_out is not None, page.died
    found = [each for each in laid_out.root.element.walk() if name in (each.details.get("id"), each.tag)]
    assert found, f"no {name}"
    return found[0]


def touch(page: LivePage, name: str, *points: tuple[float, float], at_s: float = 1_000_001.0) -> None:
    page.dispatch(PageEvent(at_s=at_s, node=element(page, name).id, kind="finger", value=points or ((5.0, 5.0),)))


def result_of(script: str, body: str = "") -> str:
    """What the script makes of `out(value)`."""
    code = f"<div id=o></div>{body}<script>const out = (v) => {{ o.textContent += v + ';' }}; {script}</script>"
    return element(live(code), "o").text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>1<li>2</ul>", "<ul><li>1</li><li>2</li></ul>"),
        ("a &lt; b &amp; c&nbsp;&#65;&#x42;", "a &lt; b &amp; c&nbsp;AB"),
        ("<img src=a alt='x y'><br/>z", '<img src="a" alt="x y"><br>z'),
        ("<b>1 < 2</b><!-- no --> end", "<b>1 &lt; 2</b><!-- no --> end"),
        ("<div title=\"a>b\">x</div></span>", '<div title="a>b">x</div>'),
        ("<table><tr><td>1<td>2<tr><td>3</table>",
         "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>"),
    ],
)  # fmt: skip
def test_html_is_read_as_browsers_read_it(source: str, expected: str) -> None:
    page = live(
        f"<div id=a></div><pre id=o></pre><script>a.innerHTML = {source!r}; o.textContent = a.innerHTML</script>"
    )
    assert element(page, "o").children == (expected,)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("for (const e of document.querySelectorAll('ul > li.x, p#q')) out(e.textContent.trim())", "2;3;"),
        ("out(document.querySelectorAll('li:nth-child(2n+1)').length)", "2;"),
        ("out(document.querySelector('li:not(.x)').closest('ul').children.length)", "3;"),
        ("out(document.querySelector('[data-k=\"v 1\"]').dataset.k)", "v 1;"),
        ("const c = document.querySelector('li').classList; c.toggle('y'); c.add('z'); out(c.value)", "y z;"),
        ("const f = document.createElement('p'); f.append('a', document.createElement('b')); out(f.innerHTML)",
         "a<b></b>;"),
        ("const u = document.querySelector('ul'); u.insertBefore(u.lastElementChild, u.firstChild); out(u.innerText)",
         "4 1 2;"),
        ("try { document.querySelector('li[') } catch (e) { out(e.name) }", "SyntaxError;"),
    ],
)  # fmt: skip
def test_documents_can_be_searched_and_changed(script: str, expected: str) -> None:
    assert result_of(script, "<ul><li>1<li class=x>2<li>4</ul><p id=q data-k='v 1'>3</p>") == expected


def test_events_are_captured_bubble_and_can_be_stopped() -> None:
    page = live(
        """<div id=outer><button id=b>x</button></div><p id=o></p><script>
        const log = (s) => { o.textContent += s + ' ' };
        outer.addEventListener('click', () => log('capture'), true);
        outer.addEventListener('click', () => log('bubble'));
        b.addEventListener('click', (e) => { log(e.target.id); if (b.dataset.stop) e.stopPropagation(); });
        b.onmousedown = () => log('down');
        document.addEventListener('click', () => { b.dataset.stop = '1'; log('document'); });
        </script>"""
    )
    touch(page, "b")
    touch(page, "b")
    assert element(page, "o").text == "down capture b bubble document down capture b"


def test_touch_of_many_points_is_no_click() -> None:
    page = live(
        """<canvas id=c></canvas><p id=o></p><script>
        for (const type of ['touchstart', 'touchmove', 'touchend', 'click', 'pointermove'])
          c.addEventListener(type, (e) => { o.textContent += type + (e.touches ? e.touches.length : '') + ' ' });
        </script>"""
    )
    touch(page, "c", (1, 1), (2, 2), (3, 3))
    assert element(page, "o").text == "touchstart1 pointermove touchmove1 pointermove touchmove1 touchend0"


def test_form_controls_change_and_submit() -> None:
    page = live(
        """<form id=f><input id=t value=a><input id=k type=checkbox><select id=s><option>one<option value=2>two</select>
        <input type=radio name=r id=r1 checked><input type=radio name=r id=r2><button id=go>Go</button></form>
        <p id=o></p>
        <script>f.addEventListener('submit', (e) => { e.preventDefault();
        o.textContent = [t.value, k.checked, s.value, r1.checked, r2.checked].join() });
        f.addEventListener('change', (e) => { o.title += e.target.id + ' ' })</script>"""
    )
    for name, kind, value in (("t", "type", "hello"), ("s", "pick", 1.0)):
        page.dispatch(PageEvent(at_s=1_000_001.0, node=element(page, name).id, kind=kind, value=value))  # type: ignore[arg-type]
    touch(page, "k")
    touch(page, "r2")
    touch(page, "go")
    assert element(page, "o").text == "hello,true,2,false,true"
    assert element(page, "o").details["title"] == "s t k r2 "


def test_scripts_share_globals_and_one_that_fails_stops_only_itself() -> None:
    page = live("<p id=o></p><script>let a = 1; oops()</script><script>o.textContent = ++a + typeof document</script>")
    assert element(page, "o").text == "2object"
    assert [level for level, _ in page.log] == ["error"] and "oops" in page.log[0][1]


def test_timers_run_when_time_has_come_and_not_before() -> None:
    page = live(
        """<p id=o>0</p><script>setTimeout(() => { o.textContent = 1 }, 1000);
        const n = setInterval(() => { o.title += 'x'; if (o.title.length == 3) clearInterval(n) }, 300)</script>"""
    )
    page.advance(1_000_000.9)
    assert element(page, "o").text == "0"
    page.advance(1_000_001.1)
    assert element(page, "o").text == "1" and element(page, "o").details["title"] == "xxx"


def test_promises_are_kept_and_random_numbers_repeat() -> None:
    source = "<p id=o></p><script>Promise.resolve(4).then((v) => { o.textContent = v + Math.random() })</script>"
    one, other = (element(live(source), "o").text for _ in range(2))
    assert one == other and one.startswith("4")


def test_style_cascades_with_specificity_inheritance_and_variables() -> None:
    page = live(
        """<style>:root { --c: #123456; font-size: 20px } p { color: red; font-size: 0.5em } .k { color: var(--c) }
        #i { color: blue } p.k { color: green !important } @media (max-width: 10px) { p { color: pink } }</style>
        <body><p id=i class=k>a <b id=in>b</b></p><div id=d style="margin: 1px 2px; border: 3px solid">x</div>"""
    )
    style = element(page, "i").style
    assert style["color"] == "green" and style["font-size"] == 10
    assert element(page, "in").style["color"] == "green" and element(page, "in").style["font-weight"] == "bold"
    margins = [element(page, "d").style[f"margin-{side}"] for side in ("top", "right", "bottom", "left")]
    assert margins == ["1px", "2px", "1px", "2px"]


def test_boxes_that_scripts_ask_for_are_those_that_are_shown() -> None:
    page = live(
        """<meta name=viewport content="width=device-width"><body style="margin: 0">
        <div id=d style="width: 50%; height: 40px; margin: 10px; padding: 5px; border: 1px solid"></div><p id=o></p>
        <script>const r = d.getBoundingClientRect(); d.style.height = '80px';
        o.textContent = [r.left, r.top, r.height, d.offsetHeight, innerWidth].join()</script>"""
    )
    assert element(page, "o").text == "10,10,52,92,411"


def test_canvas_is_painted_and_can_be_read_back() -> None:
    page = live(
        """<canvas id=c width=40 height=30></canvas><p id=o></p><script>const x = c.getContext('2d');
        x.fillStyle = '#ff8000'; x.fillRect(10, 5, 20, 10);
        const d = x.getImageData(9, 5, 2, 1).data; x.clearRect(0, 0, 40, 30);
        o.textContent = [...d].join() + '|' + x.getImageData(15, 8, 1, 1).data.join()</script>"""
    )
    assert element(page, "o").text == "0,0,0,0,255,128,0,255|0,0,0,0"


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [
        "while (true) {}",
        "const all = []; while (true) all.push(new Array(100000).fill(1))",
        "(function f() { try { f() } finally { f() } })()",
        "const next = () => Promise.resolve().then(next); next()",
    ],
)
def test_page_that_never_ends_dies_alone(script: str) -> None:
    page = live(f"<p>a</p><script>{script}</script>")
    assert page.died or page.page() is not None
    assert live("<p id=o>alive</p>").page() is not None


def test_endless_loop_after_a_touch_kills_the_page_only() -> None:
    page = live("<button id=b onclick='for (;;);'>x</button>")
    touch(page, "b")
    assert page.died and page.page() is None


@pytest.mark.parametrize(
    "name", ["fetch", "XMLHttpRequest", "WebSocket", "require", "std", "os", "process", "importScripts"]
)
def test_nothing_leads_out_of_a_page(name: str) -> None:
    assert result_of(f"out(typeof {name})") == "undefined;"


class _Deaf:
    def forget(self) -> None: ...
    def paint(self, canvas: int, width: int, height: int, commands: list[Any]) -> None: ...
    def answer(self, kind: str, about: Any, tree: Element | None) -> Any:
        return [1, 0]


def test_page_that_asks_too_much_dies() -> None:
    source = "<script>const c = document.createElement('canvas').getContext('2d');" \
        "for (let i = 0; i < 1000; i++) c.getImageData(0, 0, 1, 1)</script>"  # fmt: skip
    with pytest.raises(PageDied):
        PageEngine(spec(source), _Deaf())


def test_page_is_the_same_after_running_again() -> None:
    source = "<p id=o></p><button id=b>x</button><script>let n = 0; b.onclick = () => { o.textContent += ++n + ',' + " \
        "Math.floor(Math.random() * 1000) + ' ' }; setInterval(() => { o.title += n }, 500)</script>"  # fmt: skip
    given = spec(source)
    log = EventLog()
    first = live_page(given, log, 1_000_000.0)
    number = element(first, "b").id
    states = []
    logs = [log]
    for place in range(5):
        at_s = 1_000_001.0 + place
        log = log.added(PageEvent(at_s=at_s, node=number, kind="finger", value=((1.0, 1.0),)))
        logs.append(log)
        page = live_page(given, log, at_s)
        states.append((element(page, "o").text, element(page, "o").details["title"]))
    for place in (2, 4, 0, 3, 1):
        page = live_page(given, logs[place + 1], 1_000_001.0 + place)
        assert (element(page, "o").text, element(page, "o").details["title"]) == states[place]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<div id=x style='width: 100px; margin: 0 auto'>", (150.0, 0.0, 100.0, 0.0)),
        ("<p id=x style='margin: 20px; padding: 3px; border: 2px solid; height: 10px'>", (20.0, 20.0, 360.0, 20.0)),
        ("<div style='display: flex; justify-content: space-between'><i style='width: 50px'></i>"
         "<div id=x style='width: 70px; height: 5px'>", (330.0, 0.0, 70.0, 5.0)),
        ("<div style='display: flex; height: 90px; align-items: center'><div style='flex: 1'></div>"
         "<div id=x style='flex: 3; height: 30px'>", (100.0, 30.0, 300.0, 30.0)),
        ("<div style='display: flex; flex-wrap: wrap'>" + "<b style='width: 150px; height: 20px'></b>" * 2
         + "<div id=x style='width: 150px; height: 20px'>", (0.0, 20.0, 150.0, 20.0)),
        ("<div style='display: grid; grid-template-columns: repeat(2, 1fr); gap: 10px'><b>a</b><b>b</b><b>c</b>"
         "<div id=x style='height: 9px'>", (205.0, 29.0, 195.0, 9.0)),
        ("<div style='position: relative; height: 50px; padding: 7px'>"
         "<div id=x style='position: absolute; right: 10px; bottom: 5px; width: 20px; height: 20px'>",
         (370.0, 39.0, 20.0, 20.0)),
        ("<div style='text-align: center'><canvas id=x width=80 height=40>", (160.0, 0.0, 80.0, 40.0)),
        ("<div style='margin-bottom: 30px; height: 1px'></div><div id=x style='margin-top: 20px; height: 1px'>",
         (0.0, 31.0, 400.0, 1.0)),
    ],
)  # fmt: skip
def test_layout_of_boxes(body: str, expected: tuple[float, ...]) -> None:
    page = live(f'<meta name=viewport content="width=400"><body style="margin: 0; line-height: 19px">{body}')
    rects = lay_out(element(page, "html"), VIEWPORT).rects()
    assert rects[element(page, "x").id] == pytest.approx(expected, abs=1.0)


def test_text_wraps_between_words() -> None:
    page = live("<body style='margin: 0'><p id=x style='width: 60px; margin: 0'>one two three four")
    boxes = lay_out(element(page, "html"), VIEWPORT).root.walk()
    box = next(each for each in boxes if each.element.details.get("id") == "x")
    assert [fragment.text for fragment in box.fragments] == ["one two", "three", "four"]
    assert all(fragment.width <= 60 for fragment in box.fragments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("#abc", 0xFFAABBCC), ("rgb(1, 2, 3)", 0xFF010203), ("rgba(255 0 0 / 50%)", 0x80FF0000), ("Teal", 0xFF008080),
     ("hsl(240, 100%, 50%)", 0xFF0000FF), ("transparent", 0), ("#12", None), ("rgb(x)", None)],
)  # fmt: skip
def test_colours(text: str, expected: int | None) -> None:
    assert parsed(text) == expected


def test_canvas_that_was_read_before_is_read_at_once_after_a_touch() -> None:
    page = live(
        """<canvas id=c width=20 height=10></canvas><p id=o></p><script>const x = c.getContext('2d');
        const read = () => [...x.getImageData(4, 4, 1, 1).data].join();
        x.fillRect(0, 0, 20, 10); read();
        c.onclick = () => { const a = read(); x.clearRect(0, 0, 20, 10); x.fillStyle = 'red'; x.fillRect(4, 4, 1, 1);
        o.textContent = a + '|' + read() }</script>"""
    )
    touch(page, "c")
    assert element(page, "o").text == "0,0,0,255|255,0,0,255"
    touch(page, "c")
    assert element(page, "o").text == "255,0,0,255|255,0,0,255"


def test_text_is_measured_without_asking() -> None:
    script = "const c = document.createElement('canvas').getContext('2d'); c.font = 'bold 20px Arial'; "
    assert 0 < float(result_of(script + "out(c.measureText('Hello').width)").rstrip(";")) < 100


def test_canvas_too_large_stays_empty() -> None:
    picture = CanvasPicture(lambda number: None)
    picture.paint(100_000, 100_000, [["fillRect", 0, 0, 10, 10]])
    assert picture.png() == b"" and picture.runs(0, 0, 2, 1) == [2, 0]

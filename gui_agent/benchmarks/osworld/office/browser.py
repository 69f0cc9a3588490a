"""The browser on local pages: a form whose answer is a file, tabs that OSWorld asks the browser itself for."""

from __future__ import annotations

from typing import Final

from gui_agent.benchmarks.osworld.office.model import DOCUMENTS, SITE, OfficeTask, expected_file, guest_file

DOMAIN: Final = "chrome"
PAGE: Final = f"{DOCUMENTS}/club.html"
ADDRESS: Final = f"file://{PAGE}"
MEMBER: Final = "Grace Hopper"
_SAVED: Final = "/home/user/Downloads/member.txt"
_HTML: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Chess club</title>
<h1>Chess club</h1>
<p>Mondays at seven, in the library.</p>
<form id="join"><label>Name <input id="name" autocomplete="off"></label> <button>Join</button></form>
<p id="done"></p>
<script>
document.getElementById("join").onsubmit = event => {
  event.preventDefault();
  const name = document.getElementById("name").value;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([name + "\\n"], {type: "text/plain"}));
  link.download = "member.txt";
  link.click();
  document.getElementById("done").textContent = name + " is a member now.";
};
</script></html>
"""

CLUB, PRICES, TIMES = "Chess club", "Prices", "Opening times"
_PAGES: Final = {"club.html": CLUB, "prices.html": PRICES, "times.html": TIMES}


def _page(title: str) -> bytes:
    links = "".join(f'<p><a href="{name}">{text}</a></p>' for name, text in _PAGES.items())
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    return f"{head}<h1>{title}</h1>{links}</html>\n".encode()


def _tabs(task: str, instruction: str, *, opened: tuple[str, ...], wanted: tuple[str, ...]) -> OfficeTask:
    """A task whose verdict is which pages are open in the end."""
    rules = {"type": "url", "urls": [f"{SITE}/{name}" for name in wanted]}
    return OfficeTask(
        id=task,
        domain=DOMAIN,
        instruction=instruction,
        apps=(DOMAIN,),
        brings={f"{DOCUMENTS}/{name}": _page(title) for name, title in _PAGES.items()},
        tabs=opened,
        evaluator={
            "func": "is_expected_tabs",
            "result": {"type": "open_tabs_info"},
            "expected": {"type": "rule", "rules": rules},
        },
    )


def tasks() -> list[OfficeTask]:
    return [
        OfficeTask(
            id="farm-browser-join",
            domain=DOMAIN,
            instruction=f"Join the club on the open page as {MEMBER}. The browser saves a file about it.",
            apps=(DOMAIN,),
            brings={PAGE: _HTML.encode()},
            launches=("google-chrome", ADDRESS),
            evaluator={
                "func": "compare_text_file",
                "result": guest_file(_SAVED),
                "expected": expected_file("member_gold.txt"),
            },
            expected={"member_gold.txt": f"{MEMBER}\n".encode()},
        ),
        _tabs(
            "farm-browser-close",
            f"Close the tab of the page {PRICES}, and leave the other tabs as they are.",
            opened=("club.html", "prices.html", "times.html"),
            wanted=("club.html", "times.html"),
        ),
        _tabs(
            "farm-browser-follow",
            f"Follow the link to the page {TIMES} on the open page of the chess club.",
            opened=("club.html",),
            wanted=("times.html",),
        ),
    ]

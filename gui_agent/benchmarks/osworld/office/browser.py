"""The browser on a local page: a form whose answer is a file."""

from __future__ import annotations

from typing import Final

from gui_agent.benchmarks.osworld.office.model import DOCUMENTS, OfficeTask, expected_file, guest_file

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
    ]

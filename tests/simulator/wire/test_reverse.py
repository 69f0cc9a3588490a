"""`reverse:` requests as text."""

from __future__ import annotations

import pytest

from device_farm.simulator.adbd.reverse import ReverseTable


def test_reverse_forward_is_listed_and_removed() -> None:
    table = ReverseTable()
    assert table.request("forward:tcp:7000;tcp:8000") == b"OKAY"
    assert table.request("list-forward") == b"001c(reverse) tcp:7000 tcp:8000\n"
    assert table.target("tcp:7000") == "tcp:8000"
    assert table.request("killforward:tcp:7000") == b"OKAY"
    assert "tcp:7000" not in table
    assert table.request("list-forward") == b"0000"


def test_reverse_port_zero_takes_a_free_one_and_names_it() -> None:
    table = ReverseTable()
    first, second = table.request("forward:tcp:0;tcp:1"), table.request("forward:tcp:0;tcp:2")
    assert first[:4] == second[:4] == b"OKAY"
    assert first[8:] != second[8:]
    assert f"tcp:{first[8:].decode()}" in table


def test_reverse_norebind_keeps_the_older_listener() -> None:
    table = ReverseTable()
    table.request("forward:tcp:7000;tcp:8000")
    assert table.request("forward:norebind:tcp:7000;tcp:9000").startswith(b"FAIL")
    assert table.target("tcp:7000") == "tcp:8000"
    assert table.request("forward:tcp:7000;tcp:9000") == b"OKAY"
    assert table.target("tcp:7000") == "tcp:9000"


@pytest.mark.parametrize(
    "text",
    ["", "nothing", "forward:", "forward:tcp:1", "forward:tcp:70000;tcp:1", "forward:tcp:1;tcp:0",
     "forward:udp:1;tcp:2", "forward:localabstract:;tcp:2", "killforward:tcp:1"],
)  # fmt: skip
def test_reverse_bad_request_fails_with_a_reason(text: str) -> None:
    answer = ReverseTable().request(text)
    assert answer.startswith(b"FAIL")
    assert len(answer) > 8
    assert int(answer[4:8], 16) == len(answer) - 8

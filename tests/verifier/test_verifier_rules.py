from __future__ import annotations

import asyncio
import io
import sqlite3
import zipfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.backends.fake import FakeDevice
from device_farm.device import ShellResult
from device_farm.errors import GuestError, TransportError, VerifierError
from device_farm.types.action import Click
from device_farm.types.geometry import Point
from device_farm.types.trajectory import Evidence
from verifier.rules.answer import AnswerContains, AnswerEquals
from verifier.rules.base import AllOf, Probe, judge, judge_parts, reward_of
from verifier.rules.content import ContentRow, parse_rows
from verifier.rules.database import RowExists, RowsEqual, query
from verifier.rules.files import DirectoryHolds, FileAbsent, FileContains, FileEquals, FileExists, FileResembles
from verifier.rules.process import ProcessRunning
from verifier.rules.screen import ElementState, ForegroundApp, TextVisible
from verifier.rules.settings import PropertyEquals, SettingEquals, SettingInRange
from verifier.rules.spreadsheet import CellEquals, cell_position, read_cell, read_sheets, same_value

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


class Guest(FakeDevice):
    """A fake device whose shell also knows a few answers by heart."""

    def __init__(self, answers: dict[str, tuple[int, str]] | None = None) -> None:
        super().__init__("guest")
        self._answers = answers or {}

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        if command in self._answers:
            code, text = self._answers[command]
            data = text.encode()
            return ShellResult(exit_code=code, stdout=data if code == 0 else b"", stderr=b"" if code == 0 else data)
        if command.startswith("ls -d "):
            path = command.removeprefix("ls -d ")
            there = any(
                name == path or name.startswith(path + "/") for name in (self._state.files if self._state else {})
            )
            missing = b"ls: " + path.encode() + b": No such file or directory"
            return ShellResult(exit_code=0 if there else 1, stdout=b"", stderr=b"" if there else missing)
        return await super().shell(command, timeout_s=timeout_s)


async def checked(
    probe: Probe, answers: dict[str, tuple[int, str]] | None = None, files: dict[str, bytes] | None = None
) -> Evidence:
    guest = Guest(answers)
    await guest.start()
    for path, data in (files or {}).items():
        await guest.push(path, data)
    return await probe.check(guest)


def evidence(probe: Probe, **given_: Any) -> Evidence:
    return run(checked(probe, **given_))


@pytest.mark.parametrize(("printed", "holds"), [("1\n", True), ("0\n", False), ("null\n", False), ("1 \n", False)])
def test_setting_is_compared_exactly(printed: str, holds: bool) -> None:
    probe = SettingEquals(namespace="global", key="airplane_mode_on", expected="1")
    found = evidence(probe, answers={"settings get global airplane_mode_on": (0, printed)})
    assert (found.probe, found.expected, found.holds) == ("setting global/airplane_mode_on", "1", holds)


def test_setting_takes_one_of_several_values() -> None:
    probe = SettingEquals(namespace="secure", key="k", expected=("0", "null"))
    assert evidence(probe, answers={"settings get secure k": (0, "null\n")}).holds


@pytest.mark.parametrize(("printed", "holds"), [("255", True), ("250", True), ("249", False), ("null", False)])
def test_setting_range_includes_its_ends(printed: str, holds: bool) -> None:
    probe = SettingInRange(namespace="system", key="screen_brightness", low=250, high=255)
    assert evidence(probe, answers={"settings get system screen_brightness": (0, printed)}).holds is holds


def test_property_is_read_with_getprop() -> None:
    assert evidence(PropertyEquals(name="a.b", expected="x"), answers={"getprop a.b": (0, "x\n")}).holds


@pytest.mark.parametrize(
    "probe",
    [
        SettingEquals(namespace="global", key="k", expected="1"),
        PropertyEquals(name="p", expected="1"),
        RowExists(path="/no.db", sql="select 1", in_guest=True),
        ContentRow(uri="content://x", expected={"a": "1"}),
        ProcessRunning(name="gedit"),
    ],
)
def test_probe_that_cannot_run_raises_and_never_says_no(probe: Probe) -> None:
    # The fake device's shell knows none of these programs: exit status 127.
    with pytest.raises(VerifierError):
        evidence(probe)


@pytest.mark.parametrize(
    "probe",
    [FileExists(path="/a"), TextVisible(text="x"), SettingEquals(namespace="global", key="k", expected="1")],
)
def test_probe_on_a_dead_device_is_a_transport_error(probe: Probe) -> None:
    async def scenario() -> None:
        device = FakeDevice("gone")
        await device.start()
        device.faults.drop_after_calls = 0
        await probe.check(device)

    with pytest.raises(TransportError):
        run(scenario())


def test_ls_that_fails_for_another_reason_is_no_absent_file() -> None:
    with pytest.raises(VerifierError, match="Permission denied"):
        evidence(FileAbsent(path="/root"), answers={"ls -d /root": (1, "ls: /root: Permission denied")})


_FILES = {"/d/a.txt": b"Milk and  eggs\n", "/d/b.txt": b""}


@pytest.mark.parametrize(
    ("probe", "holds"),
    [
        (FileExists(path="/d/a.txt"), True),
        (FileExists(path="/d/c.txt"), False),
        (FileAbsent(path="/d/c.txt"), True),
        (FileAbsent(path="/d/b.txt"), False),
        (FileEquals(path="/d/a.txt", expected="Milk and  eggs"), True),
        (FileEquals(path="/d/a.txt", expected="Milk and  eggs", strip=False), False),
        (FileEquals(path="/d/b.txt", expected=""), True),
        (FileEquals(path="/d/c.txt", expected=""), False),
        (FileContains(path="/d/a.txt", parts=("Milk", "eggs")), True),
        (FileContains(path="/d/a.txt", parts=("Milk", "bread")), False),
        (FileResembles(path="/d/a.txt", expected="milk and eggs"), True),
        (FileResembles(path="/d/a.txt", expected="something else entirely"), False),
        (FileResembles(path="/d/c.txt", expected="milk", ratio=0.0), False),
        (DirectoryHolds(path="/d", expected=frozenset({"a.txt"})), True),
        (DirectoryHolds(path="/d", expected=frozenset({"a.txt"}), exactly=True), False),
        (DirectoryHolds(path="/d", expected=frozenset({"a.txt", "b.txt"}), exactly=True), True),
        (DirectoryHolds(path="/e", expected=frozenset()), False),
    ],
)
def test_file_probes(probe: Probe, holds: bool) -> None:
    found = evidence(probe, files=_FILES)
    assert found.holds is holds and found.probe


def database(path: Path, *, wal: bool) -> dict[str, bytes]:
    """The files of a database whose last row sits, with `wal`, only in the write-ahead log."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (name TEXT, n INTEGER)")
    connection.execute("INSERT INTO t VALUES ('a', 1), ('b', NULL)")
    connection.commit()
    if wal:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO t VALUES ('c', 3)")
        connection.commit()
    files = {
        f"/data/x.db{part.name[len(path.name) :]}": part.read_bytes() for part in path.parent.glob(path.name + "*")
    }
    connection.close()
    return files


@pytest.mark.parametrize("wal", [False, True])
def test_rows_come_from_a_pulled_copy_with_its_write_ahead_log(tmp_path: Path, wal: bool) -> None:
    files = database(tmp_path / "x.db", wal=wal)
    assert len(files) >= (2 if wal else 1)
    expected = (("b", ""), ("a", "1"), *([("c", "3")] if wal else []))
    probe = RowsEqual(path="/data/x.db", sql="SELECT name, n FROM t", expected=expected)
    assert evidence(probe, files=files).holds
    ordered = RowsEqual(path="/data/x.db", sql="SELECT name, n FROM t", expected=expected, ordered=True)
    assert not evidence(ordered, files=files).holds


def test_row_count_has_both_bounds(tmp_path: Path) -> None:
    files = database(tmp_path / "x.db", wal=False)
    sql = "SELECT * FROM t WHERE name = ?"
    assert evidence(RowExists(path="/data/x.db", sql=sql, parameters=("a",)), files=files).holds
    assert not evidence(RowExists(path="/data/x.db", sql=sql, parameters=("z",)), files=files).holds
    none = RowExists(path="/data/x.db", sql=sql, parameters=("a",), at_least=0, at_most=0)
    assert not evidence(none, files=files).holds


@pytest.mark.parametrize(
    ("sql", "message"), [("SELECT * FROM absent", "no such table"), ("DELETE FROM t", "readonly|query_only|read-only")]
)
def test_bad_or_writing_sql_is_a_verifier_error(tmp_path: Path, sql: str, message: str) -> None:
    files = database(tmp_path / "x.db", wal=False)
    with pytest.raises(VerifierError, match=message):
        evidence(RowExists(path="/data/x.db", sql=sql), files=files)


def test_what_is_no_database_is_a_verifier_error_and_a_missing_one_a_guest_error() -> None:
    probe = RowExists(path="/data/x.db", sql="SELECT * FROM t")
    with pytest.raises(VerifierError, match="not a database"):
        evidence(probe, files={"/data/x.db": b"no database at all, but long enough to be looked at" * 40})
    with pytest.raises(GuestError, match="no such file"):
        evidence(probe)


def test_database_in_the_guest_goes_through_its_own_sqlite() -> None:
    command = "sqlite3 -batch -noheader -separator '\x1f' /x.db 'select a, b from t'"
    probe = RowsEqual(path="/x.db", sql="select a, b from t", expected=(("1", "it's, fine"),), in_guest=True)
    assert evidence(probe, answers={command: (0, "1\x1fit's, fine\n")}).holds


def test_query_does_not_change_the_device(tmp_path: Path) -> None:
    async def scenario() -> None:
        guest = Guest()
        await guest.start()
        for path, data in database(tmp_path / "x.db", wal=True).items():
            await guest.push(path, data)
        before = await guest.pull("/data/x.db")
        assert await query(guest, "/data/x.db", "SELECT count(*) FROM t") == [["3"]]
        assert await guest.pull("/data/x.db") == before

    run(scenario())


@pytest.mark.parametrize(
    ("output", "rows"),
    [
        ("No result found.\n", []),
        ("", []),
        (
            "Row: 0 _id=1, name=Ada\nRow: 1 _id=2, name=B, C=D\n",
            [{"_id": "1", "name": "Ada"}, {"_id": "2", "name": "B, C=D"}],
        ),
        ("Row: 0 _id=1, name=two\nlines\n", [{"_id": "1", "name": "two\nlines"}]),
        ("Row: 0 _id=1, name=\n", [{"_id": "1", "name": ""}]),
    ],
)
def test_content_rows_are_split_by_their_columns(output: str, rows: list[dict[str, str]]) -> None:
    assert parse_rows(output, ("_id", "name")) == rows


@pytest.mark.parametrize("output", ["Error while accessing provider", "Row: 0 _id=1\n"])
def test_content_output_that_is_not_understood_is_a_verifier_error(output: str) -> None:
    with pytest.raises(VerifierError):
        parse_rows(output, ("_id", "name"))


@pytest.mark.parametrize(("absent", "holds"), [(False, True), (True, False)])
def test_content_row_is_found_or_absent(absent: bool, holds: bool) -> None:
    command = "content query --uri content://c/p --projection display_name:data1"
    probe = ContentRow(uri="content://c/p", expected={"display_name": "Ada", "data1": "12"}, absent=absent)
    answers = {command: (0, "Row: 0 display_name=Bo, data1=9\nRow: 1 display_name=Ada, data1=12\n")}
    assert evidence(probe, answers=answers).holds is holds


@pytest.mark.parametrize(
    ("probe", "before", "after"),
    [
        (TextVisible(text="add"), True, True),
        (TextVisible(text="Remove"), False, False),
        (ForegroundApp(app="home"), True, True),
        (ForegroundApp(app="home", window="Other"), False, False),
        (ElementState(resource_id="fake:id/switch", state="checked"), False, True),
        (ElementState(resource_id="fake:id/switch", state="checked", on=False), True, False),
        (ElementState(resource_id="fake:id/none", state="checked"), False, False),
    ],
)
def test_screen_probes_see_what_was_done(probe: Probe, before: bool, after: bool) -> None:
    async def scenario() -> tuple[bool, bool]:
        device = FakeDevice("d")
        await device.start()
        one = (await probe.check(device)).holds
        await device.act(Click(at=Point(30, 75)))
        return one, (await probe.check(device)).holds

    assert run(scenario()) == (before, after)


@pytest.mark.parametrize(
    ("answer", "running", "holds"),
    [((0, "12 13\n"), True, True), ((1, ""), True, False), ((1, ""), False, True), ((0, "12"), False, False)],
)
def test_process_probe_reads_pidof(answer: tuple[int, str], running: bool, holds: bool) -> None:
    probe = ProcessRunning(name="gedit", running=running)
    assert evidence(probe, answers={"pidof gedit": answer}).holds is holds


@pytest.mark.parametrize(
    ("given_", "accepted", "holds"),
    [
        ("14", ("14",), True),
        (" 14. ", ("14",), True),
        ("fourteen", ("14", "Fourteen"), True),
        ("", ("14",), False),
        (None, ("14",), False),
        ("", ("",), False),
        ("1", ("14",), False),
        ("14 degrees", ("14",), False),
    ],
)
def test_answer_is_compared_as_a_whole(given_: str | None, accepted: tuple[str, ...], holds: bool) -> None:
    assert evidence(AnswerEquals(answer=given_, accepted=accepted)).holds is holds


@pytest.mark.parametrize(
    ("given_", "holds"),
    [("It is 14 degrees", True), ("It is 114 degrees", False), ("14", True), ("", False), (None, False)],
)
def test_answer_may_hold_the_expected_word(given_: str | None, holds: bool) -> None:
    assert evidence(AnswerContains(answer=given_, expected="14")).holds is holds


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "First"
    sheet["A1"], sheet["B2"], sheet["C3"] = "name", 42.5, "=1+1"
    book.create_sheet("Second")["AA10"] = "far"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


_ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="First">
<table:table-row><table:table-cell><text:p>name</text:p></table:table-cell>
 <table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>D</text:p></table:table-cell>
</table:table-row>
<table:table-row table:number-rows-repeated="3"><table:table-cell/>
 <table:table-cell office:value="42.5"><text:p>42,50 €</text:p></table:table-cell></table:table-row>
</table:table><table:table table:name="Second"><table:table-row><table:table-cell>
<text:p>two</text:p><text:p>lines</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document-content>"""


def ods(text: str = _ODS) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("content.xml", text)
    return data.getvalue()


@pytest.mark.parametrize(
    ("make", "suffix", "cell", "sheet", "value"),
    [
        (lambda: b'name,n\n"Ada, L",3\n', ".csv", "A2", "", "Ada, L"),
        (lambda: b"name,n\n", ".csv", "Z99", "", ""),
        (lambda: b"\xef\xbb\xbfname,n\n", ".CSV", "A1", "", "name"),
        (ods, ".ods", "A1", "", "name"),
        (ods, ".ods", "C1", "", ""),
        (ods, ".ods", "D1", "First", "D"),
        (ods, ".ods", "B2", "", "42.5"),
        (ods, ".ods", "B4", "", "42.5"),
        (ods, ".ods", "B5", "", ""),
        (ods, ".ods", "A1", "Second", "two\nlines"),
        (xlsx, ".xlsx", "A1", "", "name"),
        (xlsx, ".xlsx", "B2", "First", "42.5"),
        (xlsx, ".xlsx", "AA10", "Second", "far"),
        (xlsx, ".xlsx", "Z1", "", ""),
    ],
)
def test_cell_is_read_from_the_saved_file(
    make: Callable[[], bytes], suffix: str, cell: str, sheet: str, value: str
) -> None:
    assert read_cell(make(), suffix, cell, sheet) == value


@pytest.mark.parametrize(
    ("data", "suffix", "cell", "sheet", "message"),
    [
        (b"no zip", ".ods", "A1", "", "damaged .ods"),
        (b"no zip", ".xlsx", "A1", "", "damaged .xlsx"),
        (ods(), ".ods", "A1", "Third", "no sheet 'Third'"),
        (xlsx(), ".xlsx", "A1", "Third", "no sheet 'Third'"),
        (ods("<a"), ".ods", "A1", "", "damaged"),
        (ods('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), ".ods", "A1", "", "declares entities"),
        (ods(), ".doc", "A1", "", "unknown kind"),
        (ods(), ".ods", "1A", "", "is not a cell"),
    ],
)
def test_damaged_or_unknown_spreadsheet_is_a_verifier_error(
    data: bytes, suffix: str, cell: str, sheet: str, message: str
) -> None:
    with pytest.raises(VerifierError, match=message):
        read_cell(data, suffix, cell, sheet)


def test_sheets_are_read_whole_with_what_stands_for_several_cells() -> None:
    first = {"A1": "name", "D1": "D", "B2": "42.5", "B3": "42.5", "B4": "42.5"}
    assert read_sheets(ods(), ".ods") == {"First": first, "Second": {"A1": "two\nlines"}}
    assert read_sheets(b"a,,b\n\n,c\n", ".csv") == {"": {"A1": "a", "C1": "b", "B3": "c"}}
    # A formula whose value nobody saved is an empty cell.
    assert read_sheets(xlsx(), ".xlsx") == {"First": {"A1": "name", "B2": "42.5"}, "Second": {"AA10": "far"}}


def test_cell_that_stands_for_millions_is_refused() -> None:
    with pytest.raises(VerifierError, match="more than 100000 cells"):
        read_sheets(ods(_ODS.replace('rows-repeated="3"', 'rows-repeated="1048576"')), ".ods")


@given(data=st.binary(max_size=120), suffix=st.sampled_from([".csv", ".ods", ".xlsx"]))
@settings(max_examples=120)
def test_any_bytes_are_a_cell_or_a_verifier_error(data: bytes, suffix: str) -> None:
    try:
        assert isinstance(read_cell(data, suffix, "B2"), str)
    except VerifierError as error:
        assert error.message


@pytest.mark.parametrize(
    ("reference", "position"), [("A1", (0, 0)), ("B3", (2, 1)), ("Z1", (0, 25)), ("AA10", (9, 26))]
)
def test_cell_reference_counts_columns_in_letters(reference: str, position: tuple[int, int]) -> None:
    assert cell_position(reference) == position


@pytest.mark.parametrize(
    ("observed", "expected", "same"),
    [("42.50", "42.5", True), ("1e3", "1000", True), ("a ", "a", True), ("1", "2", False)],
)
def test_numbers_are_compared_as_numbers(observed: str, expected: str, same: bool) -> None:
    assert same_value(observed, expected) is same


def test_cell_probe_says_when_nothing_was_saved() -> None:
    probe = CellEquals(path="/home/u/budget.csv", cell="B1", expected="7")
    assert evidence(probe, files={"/home/u/budget.csv": b"a,7.0\n"}).holds
    missing = evidence(probe)
    assert not missing.holds and missing.observed == "no such file"


def test_judge_keeps_all_evidence_and_rewards_only_the_whole() -> None:
    async def scenario() -> tuple[float, list[bool]]:
        guest = Guest()
        await guest.start()
        also = [Evidence(probe="p", observed="1", expected="1", holds=True)]
        scored = await judge(guest, FileExists(path="/none"), ForegroundApp(app="home"), also=also)
        return scored.reward, [piece.holds for piece in scored.evidence]

    assert run(scenario()) == (0.0, [True, False, True])


def test_parts_count_alike_and_a_part_of_several_probes_needs_all_of_them() -> None:
    async def scenario() -> tuple[float, list[bool], str]:
        guest = Guest()
        await guest.start()
        home, file = ForegroundApp(app="home"), FileExists(path="/none")
        scored = await judge_parts(guest, home, AllOf(probes=(home, file)), home, file)
        return scored.reward, [piece.holds for piece in scored.evidence], scored.evidence[1].expected

    reward, holds, expected = run(scenario())
    assert (reward, holds) == (0.5, [True, False, True, False])
    assert expected.startswith("home; ")


def test_verdict_without_evidence_is_refused() -> None:
    with pytest.raises(VerifierError, match="at least one probe"):
        reward_of([])


def test_long_values_are_cut_in_evidence() -> None:
    found = evidence(FileEquals(path="/d/a.txt", expected="x"), files={"/d/a.txt": b"y" * 9000})
    assert len(found.observed) < 2100 and "9000 characters" in found.observed

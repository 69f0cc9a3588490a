"""Facts of a state, their differences, and the labels that follow from them."""

import io
import sqlite3
import zipfile

import pytest
from handmade import episode

from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.basics import SUITE
from gui_agent.labelled.episode import steps_of, task_of
from gui_agent.labelled.make import label_of
from gui_agent.labelled.state import differences, digest_of, facts_in, shortened

HOLDS = Evidence(probe="setting wifi_on", observed="1", expected="1", holds=True)
FAILS = Evidence(probe="setting wifi_on", observed="0", expected="1", holds=False)


def database(*rows: tuple[int, str | None, int]) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE alarms (_id INTEGER PRIMARY KEY, label TEXT, update_timestamp INTEGER)")
    connection.executemany("INSERT INTO alarms VALUES (?, ?, ?)", rows)
    connection.commit()
    return connection.serialize()


def test_facts_in_a_database_leave_out_when_a_row_was_written() -> None:
    path = "/data/data/com.clock/databases/alarms.db"
    assert facts_in(path, database((1, "Gym", 1697384048500), (2, None, 0))) == (
        "row com.clock/alarms.db alarms _id=1 label='Gym'",
        "row com.clock/alarms.db alarms _id=2",
    )


def test_facts_in_preferences_are_one_an_entry() -> None:
    data = b"<map><int name='laps' value='3'/><string name='state'>on</string></map>"
    assert facts_in("/data/data/com.clock/shared_prefs/p.xml", data) == (
        "preference com.clock/p.xml laps=3",
        "preference com.clock/p.xml state=on",
    )


def test_facts_in_a_spreadsheet_are_its_rows_whatever_else_the_file_holds() -> None:
    def sheet(when: str) -> bytes:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("meta.xml", f"<when>{when}</when>")
            archive.writestr(
                "content.xml",
                "<o xmlns:t='urn:t'><t:table-row><t:c>Rent</t:c><t:c>70</t:c></t:table-row>"
                "<t:table-row><t:c/></t:table-row></o>",
            )
        return data.getvalue()

    assert facts_in("./Documents/b.ods", sheet("today")) == ("cells ./Documents/b.ods 0 Rent|70",)
    assert facts_in("./Documents/b.ods", sheet("today")) == facts_in("./Documents/b.ods", sheet("tomorrow"))


def test_facts_in_anything_else_are_none() -> None:
    assert facts_in("/sdcard/note.txt", b"hello") == ()


def test_differences_name_both_sides_and_leave_out_bookkeeping() -> None:
    found = frozenset({"setting global wifi_on=1", "row app/a.db sqlite_sequence name='x' seq=4", "same"})
    expected = frozenset({"setting global wifi_on=0", "row app/a.db sqlite_sequence name='x' seq=3", "same"})
    assert differences(found, expected) == ("+ setting global wifi_on=1", "- setting global wifi_on=0")


def test_open_document_is_no_difference() -> None:
    cells = "cells ./Documents/budget.ods 1 Rent|700"
    lock = "file ./Documents/.~lock.budget.ods# "
    assert differences(frozenset({cells, lock + "aa"}), frozenset({cells, lock + "bb"})) == ()
    assert digest_of(frozenset({cells, lock + "aa"})) == digest_of(frozenset({cells}))
    assert differences(frozenset({"file ./Documents/lock.txt aa"}), frozenset()) != ()


def test_digest_of_a_state_differs_where_the_states_do() -> None:
    one = frozenset({"setting global wifi_on=1", "row app/a.db sqlite_sequence name='x' seq=4"})
    bookkept = frozenset({"setting global wifi_on=1", "row app/a.db sqlite_sequence name='x' seq=5"})
    other = frozenset({"setting global wifi_on=0", "row app/a.db sqlite_sequence name='x' seq=4"})
    assert digest_of(one) == digest_of(bookkept) != digest_of(other)
    assert len(digest_of(frozenset())) == 16


def test_shortened_counts_what_it_leaves_out() -> None:
    assert shortened(tuple("abcdef"), 2) == ("a", "b", "and 4 more")
    assert shortened(("x" * 500,))[0] == "x" * 159 + "…"


@pytest.mark.parametrize(
    ("verdict", "changes", "success", "why"),
    [
        (Scored(reward=1.0, evidence=(HOLDS,)), (), True, "every probe holds; the state is the expert's"),
        (Scored(reward=0.0, evidence=(HOLDS, FAILS)), (), False, "setting wifi_on: found 0, expected 1"),
        (Scored(reward=1.0, evidence=(HOLDS,)), ("+ a",), False, "done, but also changed: + a"),
    ],
)
def test_label_follows_the_state(verdict: Scored, changes: tuple[str, ...], success: bool, why: str) -> None:
    label = label_of(verdict, changes, "0123")
    assert (label.success, label.why, label.reward, label.state) == (success, why, verdict.reward, "0123")


def test_a_labelled_episode_knows_its_answer_and_claim() -> None:
    assert (episode().answer, episode().claimed) == ("42", "success")
    assert (episode(actions=()).answer, episode(actions=()).claimed) == (None, None)


def test_task_of_an_episode_is_the_suites_own_with_its_budget_of_steps() -> None:
    task = task_of(episode(params={"state": "off"}), SUITE)
    assert (task.goal, task.max_steps, task.id) == ("Turn Wi-Fi off.", 4, "basics/PhoneWifi/7/wrong_value/0")
    assert [step.action for step in steps_of(episode())] == list(episode().actions)

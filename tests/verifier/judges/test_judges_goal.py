import pytest

from verifier.judges.goal import Toggle, Wanted, folded, wanted_of


@pytest.mark.parametrize(
    ("goal", "present"),
    [
        ("Add Malik Ekström to the contacts, with the mobile number 2025550149.", ["2025550149", "Malik Ekström"]),
        ("Svenja Blom has a new phone number: 2025550151. Replace the old one.", ["2025550151", "Svenja Blom"]),
        ("Add the line “A & b” at the end of the note q3_ideas.md in Markor.", ["A & b", "q3_ideas.md"]),
        ("Create a note called x_1.md in Markor with the text: Ring twice; 4471", ["Ring twice; 4471", "x_1.md"]),
        ("Create a folder called Scans May in the Downloads folder.", ["Scans May"]),
        ("Set an alarm for 12:39 PM.", ["12:39 PM"]),
        ("Use dot.home.example as the private DNS provider.", ["dot.home.example", "DNS"]),
        ("Let the screen turn off after 15 seconds of inactivity.", ["15 seconds"]),
        ('Write to +15551234567 in Simple SMS Messenger that says: How are you?', ["How are you?", "+15551234567"]),
        ("In Documents/budget.ods, change the amount of Rent to 450.", ["budget.ods", "450", "Rent"]),
        ("Connect to the Wi-Fi network “Lobby-5G” with the password marble9235.", ["Lobby-5G"]),
    ],
)  # fmt: skip
def test_goal_names_the_values_that_should_be_seen(goal: str, present: list[str]) -> None:
    wanted = wanted_of(goal)
    assert [ways[0] for ways in wanted.present] == present
    assert wanted.absent == () and not wanted.question and wanted.readable


@pytest.mark.parametrize(
    ("goal", "toggles"),
    [
        ("Turn Wi-Fi on.", [("wi-fi", True)]),
        ("Switch the dark theme off.", [("the dark theme", False)]),
        ("Turn off the 11:05 AM alarm without deleting it.", [("the 11:05 am alarm", False)]),
        ("Make sure that Bluetooth is off.", [("bluetooth", False)]),
        ("Switch Wi-Fi off and then Bluetooth on.", [("wi-fi", False), ("bluetooth", True)]),
        ("Turn Do Not Disturb on.", [("do not disturb", True)]),
    ],
)
def test_goal_names_switches_and_how_they_should_stand(goal: str, toggles: list[tuple[str, bool]]) -> None:
    assert wanted_of(goal) == Wanted(toggles=tuple(Toggle(what=what, on=on) for what, on in toggles))


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        ("Delete the file old.txt from Downloads, and nothing else.", Wanted(absent=("old.txt",))),
        ("Delete Ana Vargas from the contacts.", Wanted(absent=("Ana Vargas",))),
        ("Delete the 4:10 PM alarm, and no other.", Wanted(absent=("4:10 PM",))),
        ("Rename the file a.txt in Downloads to b.txt.", Wanted(present=(("b.txt",),), absent=("a.txt",))),
        ("Move the file a.txt from Downloads into its subfolder Taxes.", Wanted(present=(("a.txt",),), into="Taxes")),
        ("What is the phone number of Ana Vargas? Answer with the digits only.", Wanted(question=True)),
        ("Open the app Camera. If it asks, agree.", Wanted(app="Camera")),
        ("Set the screen brightness to its maximum.", Wanted(labels=(("100%",),))),
        ("Delete every note that I have in Markor.", Wanted()),
        ("", Wanted()),
    ],
)
def test_goal_is_read_by_its_verb(goal: str, wanted: Wanted) -> None:
    assert wanted_of(goal) == wanted
    assert wanted.readable is (wanted != Wanted())


def test_goal_of_a_length_of_time_is_put_as_clocks_put_it() -> None:
    assert wanted_of("Start a timer of 3 minutes and 5 seconds.").present == (("3:05", "3m 5s"),)
    assert wanted_of("Start a timer of 1 hour, 3 minutes and 5 seconds.").present == (("1:03:05", "1h 3m 5s"),)
    assert wanted_of("Start the stopwatch and record 3 laps; leave it running.").labels == (
        ("# 3", "lap 3"),
        ("pause", "stop"),
    )


def test_folded_texts_differ_in_words_only() -> None:
    assert folded(" Wi‑Fi\n ON ") == folded("wi-fi on") == "wi-fi on"
    assert folded("Ekström") == folded("EKSTRO\u0308M".replace("O\u0308", "Ö"))

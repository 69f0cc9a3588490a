"""What the calendar's questions are made of: days, times of the day in several spellings, titles, places, people."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from gui_agent.benchmarks.androidworld.tasks.calendar_events import TODAY

CLOCKS: Final = (
    "8:30am", "9:15am", "10am", "11:45am", "12pm", "1:20pm", "14:10", "3pm", "16:40", "5:05pm", "18:25", "7:50pm",
    "20:10", "21:30", "6:45am", "13:00", "12am", "23:50",
)  # fmt: skip
DAY_CLOCKS: Final = tuple(clock for clock in CLOCKS if clock not in ("12am", "23:50"))
EARLY_CLOCKS: Final = ("8:30am", "9:15am", "10am", "11:45am", "12pm", "1:20pm", "3pm", "16:40", "5:05pm")
LATE_CLOCKS: Final = ("3:55pm", "16:40", "5:05pm", "18:25", "7:50pm", "20:10", "21:30", "23:50")
DURATIONS: Final = (
    ("20 min", 20),
    ("30 minutes", 30),
    ("45 m", 45),
    ("1 h", 60),
    ("75 min", 75),
    ("1.5 hours", 90),
    ("2 hours", 120),
)
TITLES: Final = (
    "Piano lesson", "Parents' evening", "Garden party", "Bike repair", "Budget talk", "Choir practice", "Eye test",
    "Flat viewing", "Book club", "Fire drill", "Car wash", "Chess evening", "Blood donation", "Farewell drinks",
)  # fmt: skip
PLACES: Final = ("Room 4.12", "Harbour cafe", "Main library", "12 Elm Street", "Grandma's house", "Sports hall")
PEOPLE: Final = ("Theodora", "Casimir", "Yuki", "Leopold", "Anneli", "Rashid", "Brunhilde", "Oisin")
_FORMS: Final = ("%H:%M", "%I:%M%p", "%I%p")


def coming_day(rng: Random) -> date:
    """Today or one of the two weeks after it."""
    return TODAY + timedelta(days=rng.randrange(15))


def read_clock(words: str) -> time:
    """`15:00`, `3:00pm` or `3pm`.

    Raises:
        ValueError: it is none of these.
    """
    for form in _FORMS:
        try:
            return datetime.strptime(words, form).time()
        except ValueError:
            continue
    raise ValueError(f"{words!r} is no time of the day")

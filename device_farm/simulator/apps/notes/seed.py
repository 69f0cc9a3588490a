"""Notes of a fresh phone, decided by its seed."""

from __future__ import annotations

import random
from collections.abc import Mapping

from device_farm.simulator.apps.notes.options import NOTEBOOK, QUICKNOTE_PATH, TO_DO_PATH

_TOPICS: Mapping[str, tuple[str, ...]] = {
    "shopping_list.md": (
        "# Shopping\n\n- [ ] Milk\n- [ ] Eggs\n- [x] Bread\n- [ ] Olive oil\n",
        "# Shopping\n\n- [ ] Apples\n- [x] Rice\n- [ ] Coffee\n- [ ] Soap\n",
    ),
    "meeting_notes.md": (
        "# Team meeting\n\nAttendees: Ana, Tom, Priya\n\n1. Budget for next quarter\n2. Move to the new office\n",
        "# Team meeting\n\nAttendees: Leo, Sara\n\n1. Release date\n2. Open bugs\n3. Holidays\n",
    ),
    "book_quotes.txt": (
        "It is never too late to be what you might have been.\n",
        "Not all those who wander are lost.\n",
    ),
    "workout_plan.md": (
        "## Workout\n\n* Monday: run 5 km\n* Wednesday: swim\n* Friday: yoga\n",
        "## Workout\n\n* Tuesday: cycle 20 km\n* Thursday: weights\n",
    ),
    "gift_ideas.txt": ("Scarf for Clara\nPuzzle for Leo\n", "Tea set for Ana\nBook for Tom\n"),
    "wifi_setup.md": (
        "# Router\n\nAdmin page: 192.168.1.1\n\n> Change the password every year.\n",
        "# Router\n\nReset button on the back, hold for 10 s.\n",
    ),
    "passport_checklist.md": (
        "- [ ] Photos\n- [ ] Form\n- [ ] Old passport\n",
        "- [x] Photos\n- [ ] Form\n- [ ] Fee\n",
    ),
}
_FOLDERS: Mapping[str, Mapping[str, str]] = {
    "Cooking": {
        "pancakes.md": "# Pancakes\n\n- 200 g flour\n- 2 eggs\n- 300 ml milk\n",
        "tomato_soup.md": "# Tomato soup\n\n- 1 kg tomatoes\n- 1 onion\n- Basil\n",
    },
    "Places": {
        "lisbon.md": "# Lisbon\n\n- Tram 28\n- Pastel de nata\n- Miradouro da Graça\n",
        "packing.txt": "Charger\nSunscreen\nPassport\n",
    },
    "Office": {
        "ideas.md": "# Ideas\n\n1. Weekly demo\n2. Shared glossary\n",
        "contacts.txt": "Front desk: 555-0100\n",
    },
}
_TODOS = (
    "(A) Call the dentist +health",
    "(B) Pay electricity bill +home",
    "Water the plants @home",
    "Return library books",
    "Book train tickets +travel",
)


def seeded_notes(generator: random.Random) -> dict[str, str]:
    """Path and text of every seeded note."""
    notes = {f"{NOTEBOOK}/{name}": generator.choice(texts) for name, texts in sorted(_TOPICS.items())}
    for name in generator.sample(sorted(_TOPICS), 2):
        del notes[f"{NOTEBOOK}/{name}"]
    for folder, documents in _FOLDERS.items():
        notes.update({f"{NOTEBOOK}/{folder}/{name}": text for name, text in documents.items()})
    notes[TO_DO_PATH] = "\n".join(sorted(generator.sample(_TODOS, 3))) + "\n"
    notes[QUICKNOTE_PATH] = ""
    return notes

"""Text typed key by key, as one action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from device_farm.types.action import Action, TypeText
from device_farm.types.trajectory import Step


def joined(before: Action | None, after: Action | None) -> TypeText | None:
    """One action for two of typing in a row; None where they are not both that."""
    if isinstance(before, TypeText) and isinstance(after, TypeText):
        return TypeText(text=before.text + after.text)
    return None


def typed_as_one(steps: Iterable[Step]) -> tuple[Step, ...]:
    """`steps` with every unbroken row of `type` steps as one step: the screen before the first key, the whole text, the
    times added up, the indices counted anew.

    Only text joins text. Any other action in between ends the row, a correction by the backspace key as well; so does a
    step that the device refused.
    """
    rows: list[Step] = []
    for step in steps:
        last = rows[-1] if rows else None
        text = None if last is None or last.error or step.error else joined(last.action, step.action)
        if last is not None and text is not None:
            rows[-1] = replace(
                last,
                action=text,
                decide_ms=last.decide_ms + step.decide_ms,
                act_ms=last.act_ms + step.act_ms,
            )
        else:
            rows.append(step)
    return tuple(replace(step, index=index) for index, step in enumerate(rows))

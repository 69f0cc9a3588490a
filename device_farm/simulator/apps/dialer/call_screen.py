"""The call that rings or is held now: who it is, how long, and the buttons that take and end it."""

from __future__ import annotations

from urllib.parse import unquote

from device_farm.simulator import telephone
from device_farm.simulator.apps.contacts.phone_book import title_of
from device_farm.simulator.state import PhoneCall
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_GREEN, _RED = 0xFF188038, 0xFFD93025


class InCall(Activity[None]):
    """Started with `ACTION_CALL`, it begins the call."""

    def initial(self, context: Context[None]) -> None:
        self.on_new_intent(context)

    def on_new_intent(self, context: Context[None]) -> None:
        scheme, _, number = context.intent.data.partition(":")
        if scheme == "tel":
            telephone.dial(context.phone, unquote(number))

    def build(self, context: Context[None]) -> w.Widget:
        call = context.phone.state.call
        rows = _held(context, call) if call is not None else (_status("Call ended"),)
        return w.Column(
            (w.Spacer(height=96), *rows),
            cross="stretch",
            padding=24,
            background="surface",
            width="fill",
            height="fill",
        )


def _held(context: Context[None], call: PhoneCall) -> tuple[w.Widget, ...]:
    name = title_of(context, call.number)
    return (
        _status(_progress(context, call)),
        w.Text(name, style="headline", align="center", resource_id="contactgrid_contact_name"),
        w.Spacer(weight=1),
        w.Row(_buttons(context, call), main="center" if not call.ringing else "between"),
        w.Spacer(height=48),
    )


def _status(text: str) -> w.Widget:
    return w.Text(text, style="body_large", align="center", resource_id="contactgrid_status_text")


def _progress(context: Context[None], call: PhoneCall) -> str:
    if call.answered_s is None:
        return "Incoming call" if call.incoming else "Calling…"
    minutes, seconds = divmod(int(context.now_s - call.answered_s), 60)
    return f"{minutes:02d}:{seconds:02d}"


def _buttons(context: Context[None], call: PhoneCall) -> tuple[w.Widget, ...]:
    phone = context.phone

    def end() -> None:
        telephone.hang_up(phone)
        context.finish()

    if not call.ringing:
        return (_round("call_end", "End call", "incall_end_call", _RED, end),)
    return (
        _round("call_end", "Decline", "incall_decline", _RED, end),
        _round("call", "Answer", "incall_answer", _GREEN, lambda: telephone.answer(phone)),
    )


def _round(icon: str, description: str, resource_id: str, colour: int, on_tap: w.Handler) -> w.Widget:
    return w.Column(
        (w.Icon(icon, size=32, colour=0xFFFFFFFF),),
        main="center",
        cross="center",
        width=72,
        height=72,
        radius=36,
        background=colour,
        description=description,
        resource_id=resource_id,
        class_name="android.widget.Button",
        on_tap=on_tap,
    )

"""Permission questions: whose they are, when they show, and what ends them."""

from __future__ import annotations

from device_farm.simulator.phone import SimulatedPhone

LOCATION = ("android.permission.ACCESS_COARSE_LOCATION", "android.permission.ACCESS_FINE_LOCATION")
BLUETOOTH = ("android.permission.BLUETOOTH_SCAN", "android.permission.BLUETOOTH_CONNECT")
PACKAGE = "com.example.sample"


def _ask(hand, *permissions: str) -> None:  # type: ignore[no-untyped-def]
    phone: SimulatedPhone = hand.phone
    assert phone.state.front is not None
    for permission in permissions:
        phone.callbacks.context(phone.state.front).request_permission(permission)


def test_permissions_of_one_group_are_one_question(hand) -> None:  # type: ignore[no-untyped-def]
    _ask(hand, *LOCATION, *BLUETOOTH)
    hand.tap("Allow")
    assert hand.phone.packages.has_permission(PACKAGE, LOCATION[1])
    assert not hand.phone.packages.has_permission(PACKAGE, BLUETOOTH[0])
    hand.tap("Don’t allow")
    assert hand.phone.state.prompts == ()


def test_a_question_leaves_the_screen_with_its_app_and_comes_back_with_it(hand) -> None:  # type: ignore[no-untyped-def]
    _ask(hand, *BLUETOOTH)
    hand.phone.input.key(3)
    assert not hand.sees("Allow")
    hand.open("Sample")
    assert hand.sees("Allow")


def test_a_stopped_app_leaves_its_question_until_something_else_comes(hand) -> None:  # type: ignore[no-untyped-def]
    _ask(hand, *BLUETOOTH)
    hand.phone.activities.force_stop(PACKAGE, keep_prompts=True)
    assert hand.sees("Allow")
    hand.phone.packages.grant(PACKAGE, BLUETOOTH[0])
    hand.tap("Allow")
    assert hand.phone.packages.has_permission(PACKAGE, BLUETOOTH[1])
    assert not hand.sees("Allow")


def test_home_ends_the_question_of_a_stopped_app(hand) -> None:  # type: ignore[no-untyped-def]
    _ask(hand, *BLUETOOTH)
    hand.phone.activities.force_stop(PACKAGE, keep_prompts=True)
    hand.phone.input.key(3)
    assert hand.phone.state.prompts == ()


def test_an_app_that_ends_for_good_takes_its_question_along(hand) -> None:  # type: ignore[no-untyped-def]
    _ask(hand, *BLUETOOTH)
    hand.phone.packages.clear(PACKAGE)
    assert not hand.sees("Allow")

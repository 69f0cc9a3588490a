"""Queue order, fair share, deadlines and preemption, with the clock in hand."""

from __future__ import annotations

import pytest

from device_farm.errors import CapacityError, ConfigError, LeaseExpiredError
from device_farm.farm.model import LeaseRecord, LeaseRequest
from device_farm.farm.queue import Ticket, fair_order
from device_farm.farm.scheduler import (
    Availability,
    Decision,
    Ended,
    Granted,
    Preempting,
    PreemptionWithdrawn,
    Scheduler,
    Seat,
)
from device_farm.types.task import Platform


class Bench:
    """A scheduler whose grants are admitted at once, as the controller does."""

    def __init__(self, devices: int, *, grace_s: float = 10.0) -> None:
        self.scheduler = Scheduler(grace_s=grace_s)
        self.now_s = 1000.0
        self._tickets = 0
        for index in range(devices):
            self.seat(f"d{index}", "ready")

    def seat(
        self, device_id: str, availability: Availability, template: str = "phone", platform: Platform = "android"
    ) -> None:
        seat = Seat(device_id=device_id, template=template, platform=platform, availability=availability)
        self.scheduler.offer(seat)

    def ask(self, owner: str, *, priority: int = 0, ttl_s: float = 60.0, template: str = "") -> str:
        self._tickets += 1
        request = LeaseRequest(owner=owner, priority=priority, ttl_s=ttl_s, template=template)
        return self.scheduler.enqueue(request, ticket_id=f"t{self._tickets}", now_s=self.now_s).id

    def step(self) -> list[Decision]:
        decisions = self.scheduler.step(self.now_s)
        for decision in decisions:
            if isinstance(decision, Granted):
                request = decision.ticket.request
                self.scheduler.admit(
                    LeaseRecord(
                        id=f"lease-{decision.ticket.id}",
                        owner=request.owner,
                        priority=request.priority,
                        device_id=decision.device_id,
                        ttl_s=request.ttl_s,
                        granted_s=self.now_s,
                        deadline_s=self.now_s + request.ttl_s,
                        token_hash=b"",
                    )
                )
        return decisions

    def granted(self) -> list[str]:
        return [decision.ticket.id for decision in self.step() if isinstance(decision, Granted)]


def test_scheduler_serves_in_order_of_arrival() -> None:
    bench = Bench(2)
    first, second, third = bench.ask("a"), bench.ask("b"), bench.ask("c")
    assert bench.granted() == [first, second]
    assert bench.scheduler.positions()[third].position == 1


def test_scheduler_serves_higher_priority_first() -> None:
    bench = Bench(1)
    low = bench.ask("a")
    high = bench.ask("a", priority=5)
    assert bench.granted() == [high]
    assert low in bench.scheduler.tickets


def test_scheduler_shares_between_owners_with_the_fewest_leases_first() -> None:
    bench = Bench(4)
    greedy = [bench.ask("greedy") for _ in range(10)]
    modest = [bench.ask("modest") for _ in range(2)]
    assert sorted(bench.granted()) == sorted([greedy[0], greedy[1], modest[0], modest[1]])


def test_fair_order_alternates_between_owners_who_hold_the_same() -> None:
    tickets = [
        Ticket(id=f"{owner}{number}", number=number, request=LeaseRequest(owner=owner), since_s=0.0)
        for number, owner in enumerate("aaab")
    ]
    assert [ticket.id for ticket in fair_order(tickets, {})] == ["a0", "b3", "a1", "a2"]
    assert [ticket.id for ticket in fair_order(tickets, {"b": 2})] == ["a0", "a1", "a2", "b3"]


def test_scheduler_does_not_let_an_unservable_request_block_others() -> None:
    bench = Bench(1)
    bench.seat("x0", "gone", template="desktop", platform="desktop")
    bench.ask("a", template="desktop", priority=9)
    phone = bench.ask("b", template="phone")
    assert bench.granted() == [phone]


def test_scheduler_refuses_what_no_device_can_ever_do() -> None:
    with pytest.raises(CapacityError, match=r"template: .*'tablet'.*phone \(android\)"):
        Bench(1).ask("a", template="tablet")


def test_scheduler_bounds_its_queue() -> None:
    scheduler = Scheduler(max_queue=1)
    scheduler.offer(Seat(device_id="d", template="phone", platform="android", availability="gone"))
    scheduler.enqueue(LeaseRequest(), ticket_id="1", now_s=0.0)
    with pytest.raises(CapacityError, match="wait already"):
        scheduler.enqueue(LeaseRequest(), ticket_id="2", now_s=0.0)


def test_lease_ends_at_its_deadline_and_not_before() -> None:
    bench = Bench(1)
    bench.ask("a", ttl_s=60.0)
    bench.step()
    bench.now_s += 59.9
    assert bench.step() == []
    bench.now_s += 0.1
    ended = bench.step()
    assert isinstance(ended[0], Ended) and ended[0].how == "expired"


def test_renewal_moves_the_deadline_and_fails_after_it() -> None:
    bench = Bench(1)
    ticket = bench.ask("a", ttl_s=60.0)
    bench.step()
    bench.now_s += 50
    assert bench.scheduler.renew(f"lease-{ticket}", now_s=bench.now_s).deadline_s == bench.now_s + 60
    bench.now_s += 60
    with pytest.raises(LeaseExpiredError):
        bench.scheduler.renew(f"lease-{ticket}", now_s=bench.now_s)


def test_ended_lease_does_not_free_its_device_before_a_reset() -> None:
    bench = Bench(1)
    first = bench.ask("a")
    bench.step()
    second = bench.ask("b")
    bench.scheduler.end(f"lease-{first}")
    assert bench.granted() == []
    bench.seat("d0", "ready")
    assert bench.granted() == [second]


def test_preemption_takes_the_youngest_lease_of_the_lowest_priority_after_the_grace() -> None:
    bench = Bench(3, grace_s=10.0)
    bench.ask("a", priority=1)
    bench.step()
    bench.now_s += 1
    bench.ask("b", priority=0)
    bench.step()
    bench.now_s += 1
    victim = bench.ask("c", priority=0)
    bench.step()
    bench.ask("vip", priority=5)
    decisions = bench.step()
    assert [decision.lease.id for decision in decisions if isinstance(decision, Preempting)] == [f"lease-{victim}"]
    bench.now_s += 9.9
    assert bench.step() == []
    # A renewal does not save it.
    bench.scheduler.renew(f"lease-{victim}", now_s=bench.now_s)
    bench.now_s += 0.1
    ended = [decision for decision in bench.step() if isinstance(decision, Ended)]
    assert [(end.lease.id, end.how) for end in ended] == [(f"lease-{victim}", "preempted")]


def test_preemption_spares_equal_priority() -> None:
    bench = Bench(1)
    bench.ask("a", priority=3)
    bench.step()
    bench.ask("b", priority=3)
    assert bench.step() == []


def test_preemption_waits_for_a_device_that_is_being_reset() -> None:
    bench = Bench(1)
    bench.seat("d1", "coming")
    bench.ask("a")
    bench.step()
    bench.ask("vip", priority=1)
    assert bench.step() == []
    bench.seat("d1", "gone")
    assert isinstance(bench.step()[0], Preempting)


def test_preemption_is_withdrawn_when_it_is_no_longer_needed() -> None:
    bench = Bench(1)
    victim = bench.ask("a", ttl_s=60.0)
    bench.step()
    vip = bench.ask("vip", priority=1)
    assert isinstance(bench.step()[0], Preempting)
    bench.scheduler.withdraw(vip)
    kept = bench.step()
    assert isinstance(kept[0], PreemptionWithdrawn)
    assert bench.scheduler.leases[f"lease-{victim}"].ends_s == 1060.0


def test_one_waiting_request_preempts_one_lease() -> None:
    bench = Bench(3)
    for owner in "abc":
        bench.ask(owner)
    bench.step()
    bench.ask("vip", priority=1)
    assert len(bench.step()) == 1
    assert bench.step() == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("ttl_s", {"ttl_s": 0.0}),
        ("ttl_s", {"ttl_s": float("nan")}),
        ("ttl_s", {"ttl_s": 1e9}),
        ("owner", {"owner": " "}),
        ("owner", {"owner": "x" * 200}),
        ("priority", {"priority": 10_000}),
        ("template", {"template": "x" * 200}),
    ],
)
def test_lease_request_names_the_field_that_is_out_of_range(field: str, values: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        LeaseRequest(**values)  # type: ignore[arg-type]
    assert caught.value.field == field and caught.value.fix


def test_request_for_one_device_waits_for_it_and_holds_up_nobody() -> None:
    bench = Bench(2)
    first = bench.scheduler.enqueue(LeaseRequest(owner="a", device_id="d1"), ticket_id="x", now_s=bench.now_s)
    second = bench.scheduler.enqueue(LeaseRequest(owner="b", device_id="d1"), ticket_id="y", now_s=bench.now_s)
    bench.ask("c")
    given = {decision.ticket.id: decision.device_id for decision in bench.step() if isinstance(decision, Granted)}
    assert given == {first.id: "d1", "t1": "d0"}
    bench.scheduler.end(f"lease-{first.id}")
    bench.scheduler.end("lease-t1")
    bench.seat("d0", "ready")
    assert bench.step() == []
    bench.seat("d1", "ready")
    (granted,) = bench.step()
    assert isinstance(granted, Granted) and (granted.ticket.id, granted.device_id) == (second.id, "d1")


def test_request_for_one_device_preempts_only_there() -> None:
    bench = Bench(2)
    bench.ask("low")
    bench.ask("low")
    bench.step()
    bench.scheduler.enqueue(LeaseRequest(owner="high", priority=5, device_id="d1"), ticket_id="x", now_s=bench.now_s)
    (decision,) = bench.step()
    assert isinstance(decision, Preempting) and decision.lease.device_id == "d1"


def test_request_for_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(CapacityError, match="no device 'd7'"):
        Bench(1).scheduler.enqueue(LeaseRequest(owner="a", device_id="d7"), ticket_id="x", now_s=0.0)

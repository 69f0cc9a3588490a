"""Who is next: higher priority first, then the owner with the fewest devices, then who waits longest. Pure."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from device_farm.farm.model import LeaseRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A waiting request. `number` grows with every request: the order of arrival."""

    id: str
    number: int
    request: LeaseRequest
    since_s: float


def fair_order(tickets: Iterable[Ticket], held: Mapping[str, int]) -> Iterator[Ticket]:
    """Tickets as they would be served, each counted as a device of its owner once it is yielded.

    `held` is the number of devices that each owner has now. Within a priority this is round robin between owners
    who hold the same, so one owner's thousand requests do not stand before another's first. O(n log n).
    """
    levels: dict[int, dict[str, deque[Ticket]]] = defaultdict(lambda: defaultdict(deque))
    for ticket in sorted(tickets, key=lambda ticket: ticket.number):
        levels[ticket.request.priority][ticket.request.owner].append(ticket)
    counts = Counter(held)
    for priority in sorted(levels, reverse=True):
        owners = levels[priority]
        heap = [(counts[owner], waiting[0].number, owner) for owner, waiting in owners.items()]
        heapq.heapify(heap)
        while heap:
            _, _, owner = heapq.heappop(heap)
            yield owners[owner].popleft()
            counts[owner] += 1
            if owners[owner]:
                heapq.heappush(heap, (counts[owner], owners[owner][0].number, owner))

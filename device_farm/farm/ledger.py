"""Leases, devices and hosts as the farm knows them, each change written down and told to whom it concerns."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import assert_never

from device_farm.farm import journal
from device_farm.farm.clock import Clock
from device_farm.farm.ended import EndedLeases, wrong_token
from device_farm.farm.events import EventLog
from device_farm.farm.fleet import Fleet, Member
from device_farm.farm.model import DeviceState, DeviceStatus, Lease, LeaseEnd, LeaseRecord
from device_farm.farm.scheduler import Availability, Scheduler, Seat
from device_farm.farm.store import Store
from device_farm.farm.token import token_matches


class Ledger:
    """What controller and roster share. `kick` asks the controller to look at the queue again."""

    def __init__(self, store: Store, clock: Clock, scheduler: Scheduler) -> None:
        self.store = store
        self.clock = clock
        self.scheduler = scheduler
        self.events = EventLog(store, clock)
        self.fleet = Fleet()
        self.ended = EndedLeases(journal.KEPT_ENDED)
        self.kick = asyncio.Event()

    def authorise(self, lease_id: str, token: str) -> None:
        record = self.scheduler.leases.get(lease_id)
        if record is None:
            raise self.ended.refusal(lease_id, token)
        if not token_matches(token, record.token_hash):
            raise wrong_token(lease_id)

    def end(self, lease_id: str, how: LeaseEnd, reason: str) -> bool:
        """Ends the lease; False when it had ended already."""
        record = self.scheduler.end(lease_id)
        if record is not None:
            self.ended_now(record, how, reason)
        return record is not None

    def ended_now(self, record: LeaseRecord, how: LeaseEnd, reason: str) -> None:
        """What follows once the scheduler has let go of a lease."""
        self.ended.add(record.id, record.token_hash, f"{how}: {reason}")
        self.store.write(journal.end_lease(record, how, reason, self.clock.now_s()))
        self.events.emit("lease", record.id, how, reason, self.device_of(record))
        member = self.fleet.host_of(record.device_id)
        if member is not None and member.link is not None:
            member.link.close_lease(record.id, how, reason)
        self.reseat(record.device_id)
        self.kick.set()

    def tell_deadline(self, record: LeaseRecord) -> None:
        member = self.fleet.host_of(record.device_id)
        if member is not None and member.link is not None:
            member.link.renew_lease(record.id, record.ends_s)

    def reseat(self, device_id: str) -> None:
        """Tells the scheduler what the device is good for now."""
        device = self.fleet.devices.get(device_id)
        if device is not None:
            leased = self.scheduler.lease_on(device_id) is not None
            self.offer(device, "leased" if leased else _availability(device.state))

    def offer(self, device: DeviceStatus, availability: Availability) -> None:
        self.scheduler.offer(
            Seat(
                device_id=device.info.id,
                template=device.template,
                platform=device.info.platform,
                availability=availability,
            )
        )

    def device_of(self, record: LeaseRecord) -> DeviceStatus | None:
        device = self.fleet.devices.get(record.device_id)
        return self.with_owner(device) if device is not None else None

    def with_owner(self, device: DeviceStatus) -> DeviceStatus:
        record = self.scheduler.lease_on(device.info.id)
        return replace(device, lease_id=record.id if record else "", owner=record.owner if record else "")

    def view(self, record: LeaseRecord) -> Lease:
        device = self.fleet.devices[record.device_id]
        return Lease(
            id=record.id,
            owner=record.owner,
            priority=record.priority,
            template=device.template,
            host=device.host,
            device=device.info,
            address=self.fleet.members[device.host].address,
            granted_s=record.granted_s,
            deadline_s=record.ends_s,
            ttl_s=record.ttl_s,
            preempted_at_s=record.preempted_at_s,
        )

    async def load(self) -> None:
        now_s = self.clock.now_s()
        for known in await journal.load_hosts(self.store):
            member = Member(
                name=known.name, address=known.address, version=known.version, link=None, since_s=now_s, lost_s=now_s
            )
            self.fleet.members[known.name] = member
            for device in known.devices:
                self.offer(self.fleet.put(known.name, device, now_s), "gone")
        for ended in await journal.load_ended(self.store):
            self.ended.add(ended.id, ended.token_hash, f"{ended.how}: {ended.reason}")
        for record in await journal.load_leases(self.store):
            self.scheduler.admit(record)
            if record.device_id not in self.fleet.devices:
                self.end(record.id, "restarted", "the farm restarted, and its own devices were made anew")


def _availability(state: DeviceState) -> Availability:
    match state:
        case "ready":
            return "ready"
        case "starting" | "resetting" | "leased":
            return "coming"
        case "replacing" | "quarantined" | "unavailable" | "closed":
            return "gone"
        case _:
            assert_never(state)

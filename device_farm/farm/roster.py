"""Hosts: they join, report, are lost and come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from device_farm.farm import journal
from device_farm.farm.fleet import Member
from device_farm.farm.host_agent import LeaseBroken, Report
from device_farm.farm.ledger import Ledger
from device_farm.farm.link import HostLink
from device_farm.farm.model import OfferedDevice


class Roster:
    """Keeps the ledger in step with what the hosts say. `grace_s` is how long a lost host's leases wait for it."""

    def __init__(self, ledger: Ledger, *, grace_s: float) -> None:
        self._ledger = ledger
        self._grace_s = grace_s

    def check_join(self, name: str, address: str, offered: Sequence[OfferedDevice]) -> None:
        """Raises ConfigError when this host cannot join under its name."""
        self._ledger.fleet.check_join(name, address, offered)

    def attach(
        self,
        name: str,
        link: HostLink,
        offered: Sequence[OfferedDevice],
        *,
        address: str = "",
        version: str = "",
        durable: bool = True,
    ) -> None:
        """A host is connected, with these devices and leases. `durable`: its devices outlive this process.

        Raises:
            ConfigError: another host has its name, or one of its devices.
        """
        self.check_join(name, address, offered)
        now_s = self._ledger.clock.now_s()
        old = self._ledger.fleet.members.get(name)
        member = Member(name=name, address=address, version=version, link=link, since_s=now_s, durable=durable)
        self._ledger.fleet.members[name] = member
        if old is not None:
            present = {device.info.id for device in offered}
            for device_id in old.device_ids - present:
                self._drop_device(device_id, f"host {name} no longer offers it")
            member.device_ids = old.device_ids & present
        if durable:
            self._ledger.store.write(*journal.put_host(name, address, version, offered))
        self._ledger.events.emit("host", name, "connected", f"{len(offered)} devices at {address or 'this process'}")
        for device in offered:
            self._reconcile(member, device)
        self._ledger.kick.set()

    def _reconcile(self, member: Member, device: OfferedDevice) -> None:
        """What the host says about a lease against what is known here."""
        record = self._ledger.scheduler.lease_on(device.info.id)
        if record is not None and device.lease_id == record.id:
            self._ledger.tell_deadline(record)
        elif record is not None:
            self._ledger.end(record.id, "restarted", f"host {member.name} no longer has it: its device was made anew")
        if device.lease_id and device.lease_id not in self._ledger.scheduler.leases and member.link is not None:
            member.link.close_lease(device.lease_id, "expired", "it ended while its host was away")
        self._device_changed(member.name, device)

    def detach(self, name: str, link: HostLink, reason: str) -> None:
        """The host's connection is lost: its devices are out of reach, its leases wait for it a while."""
        member = self._ledger.fleet.members.get(name)
        if member is None or member.link is not link:
            return
        member.link, member.lost_s = None, self._ledger.clock.now_s()
        if not member.device_ids:
            # It took its devices away before it left: nothing is waited for.
            del self._ledger.fleet.members[name]
            self._ledger.store.write(*journal.drop_host(name))
            self._ledger.events.emit("host", name, "left", reason)
            return
        self._ledger.events.emit("host", name, "lost", reason)
        for device_id in sorted(member.device_ids):
            device = self._ledger.fleet.devices[device_id]
            unavailable = replace(device, state="unavailable", reason=reason, since_s=member.lost_s)
            self._ledger.fleet.devices[device_id] = unavailable
            self._ledger.events.emit("device", device_id, "unavailable", reason, self._ledger.with_owner(unavailable))
            self._ledger.reseat(device_id)
        self._ledger.kick.set()

    def report(self, host: str, report: Report) -> None:
        """News of a connected host."""
        match report:
            case OfferedDevice():
                self._device_changed(host, report)
            case LeaseBroken(lease_id=lease_id, reason=reason, expired=expired):
                self._ledger.end(lease_id, "expired" if expired else "device_failed", reason)
            case _:
                assert_never(report)
        self._ledger.kick.set()

    def _device_changed(self, host: str, device: OfferedDevice) -> None:
        if host not in self._ledger.fleet.members:
            return
        if device.state == "closed":
            self._drop_device(device.info.id, device.reason)
            return
        status = self._ledger.fleet.put(host, device, self._ledger.clock.now_s())
        self._ledger.reseat(device.info.id)
        self._ledger.events.emit("device", device.info.id, device.state, device.reason, self._ledger.with_owner(status))

    def _drop_device(self, device_id: str, reason: str) -> None:
        record = self._ledger.scheduler.lease_on(device_id)
        if record is not None:
            self._ledger.end(record.id, "device_failed", reason)
        self._ledger.scheduler.withdraw_seat(device_id)
        member = self._ledger.fleet.host_of(device_id)
        if member is not None and member.durable:
            self._ledger.store.write(journal.drop_device(device_id))
        self._ledger.fleet.drop(device_id)
        self._ledger.events.emit("device", device_id, "closed", reason)

    def lose_hosts(self, now_s: float) -> None:
        for member in self._ledger.fleet.members.values():
            if member.link is not None or member.lost_s is None:
                continue
            if now_s - member.lost_s >= self._grace_s:
                for device_id in member.device_ids:
                    record = self._ledger.scheduler.lease_on(device_id)
                    if record is not None:
                        self._ledger.end(record.id, "host_lost", f"host {member.name} did not come back")

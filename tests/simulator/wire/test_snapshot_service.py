"""The emulator's snapshot service through its own client stubs, and what its archives may and may not hold."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_clients import Loop

from device_farm.pb import snapshot_service_pb2 as pb
from device_farm.pb import snapshot_service_pb2_grpc as services
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.server import RunningPhone
from device_farm.simulator.snapshot import PhoneSnapshot
from device_farm.simulator.snapshot_archive import pack, restarted, unpack
from device_farm.simulator.snapshot_files import ArchiveError

Stub = services.SnapshotServiceStub
Package = pb.SnapshotPackage
LOADED = pb.SnapshotDetails.Loaded


@pytest.fixture
def stub(phone: RunningPhone) -> Iterator[Stub]:
    with grpc.insecure_channel(f"127.0.0.1:{phone.ports.grpc}") as channel:
        yield Stub(channel)  # type: ignore[no-untyped-call]


def _names(stub: Stub) -> list[str]:
    found = stub.ListSnapshots(pb.SnapshotFilter(statusFilter=pb.SnapshotFilter.All))
    return [entry.snapshot_id for entry in found.snapshots]


def _parts(name: str, data: bytes) -> Iterator[Package]:
    yield Package(snapshot_id=name, format=Package.TARGZ)
    for start in range(0, len(data), 100_000):
        yield Package(payload=data[start : start + 100_000])


def test_save_list_load_and_delete(loop: Loop, phone: RunningPhone, stub: Stub) -> None:
    files = phone.handset.phone.files
    assert _names(stub) == []
    loop.call(lambda: files.write("/sdcard/a", b"before"))
    assert stub.SaveSnapshot(Package(snapshot_id="one")).success
    loop.call(lambda: files.write("/sdcard/a", b"after"))
    assert stub.LoadSnapshot(Package(snapshot_id="one")).success
    assert loop.call(lambda: files.read("/sdcard/a")) == b"before"
    found = stub.ListSnapshots(pb.SnapshotFilter()).snapshots
    assert [(entry.snapshot_id, entry.status) for entry in found] == [("one", pb.SnapshotDetails.Loaded)]
    assert found[0].details.logical_name == "one" and found[0].details.creation_time > 0
    assert stub.DeleteSnapshot(Package(snapshot_id="one")).success
    assert _names(stub) == []


def test_what_fails_says_why(stub: Stub) -> None:
    for call in (stub.LoadSnapshot, stub.DeleteSnapshot):
        answer = call(Package(snapshot_id="nothing"))
        assert not answer.success
        assert b"no snapshot 'nothing'" in answer.err
    assert not stub.SaveSnapshot(Package(snapshot_id="no/slash")).success
    pulled = list(stub.PullSnapshot(Package(snapshot_id="nothing")))
    assert [part.success for part in pulled] == [False]
    assert not stub.PushSnapshot(_parts("pushed", b"no archive")).success
    assert not stub.PushSnapshot(iter(())).success


def test_only_the_snapshot_that_the_phone_runs_from_is_listed_as_loaded(
    loop: Loop, phone: RunningPhone, stub: Stub
) -> None:
    def loaded() -> list[str]:
        return [each.snapshot_id for each in stub.ListSnapshots(pb.SnapshotFilter()).snapshots if each.status == LOADED]

    for name in ("one", "two"):
        assert stub.SaveSnapshot(Package(snapshot_id=name)).success
    assert loaded() == []
    assert stub.LoadSnapshot(Package(snapshot_id="one")).success
    assert loaded() == ["one"]
    # The console's load counts as well.
    loop.call(lambda: phone.handset.snapshots.load("two"))
    assert loaded() == ["two"]
    assert stub.SaveSnapshot(Package(snapshot_id="two")).success
    assert loaded() == []
    loop.call(phone.handset.reset)
    assert stub.SaveSnapshot(Package(snapshot_id="two")).success
    assert loaded() == []


@pytest.mark.parametrize("kind", [Package.TAR, Package.TARGZ])
def test_a_pulled_snapshot_can_be_pushed_and_loaded(
    loop: Loop, phone: RunningPhone, stub: Stub, kind: Package.Format
) -> None:
    def change() -> None:
        made = phone.handset.phone
        made.files.write("/sdcard/a", b"kept", mode=0o640)
        made.files.symlink("/sdcard/a", "/data/local/tmp/link")
        made.settings.put("system", "screen_brightness", 77)
        made.packages.grant("net.gsantner.markor", "android.permission.CAMERA")

    loop.call(change)
    assert stub.SaveSnapshot(Package(snapshot_id="one")).success
    loop.call(phone.handset.phone.reboot)
    before = loop.call(phone.handset.phone.snapshot)
    pulled = list(stub.PullSnapshot(Package(snapshot_id="one", format=kind)))
    assert pulled[-1].success
    data = b"".join(part.payload for part in pulled)
    loop.call(phone.handset.reset)
    assert stub.PushSnapshot(_parts("copy", data)).success
    assert stub.LoadSnapshot(Package(snapshot_id="copy")).success
    after = loop.call(phone.handset.phone.snapshot)
    assert _tree(after) == _tree(before)
    assert after.settings["system"]["screen_brightness"] == "77"
    assert after.state.packages.keys() == before.state.packages.keys()
    assert "android.permission.CAMERA" in after.state.packages["net.gsantner.markor"].granted
    assert loop.call(phone.handset.phone.screenshot_png).startswith(b"\x89PNG")


def _tree(snapshot: PhoneSnapshot) -> list[tuple[str, object]]:
    phone = SimulatedPhone(snapshot.profile)
    phone.files.restore(snapshot.files)
    return [
        (
            path,
            (stat.mode, stat.uid, stat.gid, stat.mtime_s, stat.target, phone.files.read(path) if stat.is_file else b""),
        )
        for path, stat in phone.files.walk("/")
    ]


def _archive(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for entry, data in members:
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def _folder(path: str) -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(path)
    entry.type = tarfile.DIRTYPE
    return entry, b""


@pytest.mark.parametrize(
    "members",
    [
        (),
        ((tarfile.TarInfo("phone.json"), b"{}"),),
        ((tarfile.TarInfo("phone.json"), b"[]"),),
        ((tarfile.TarInfo("phone.json"), b"{"),),
        ((tarfile.TarInfo("../evil"), b""),),
        ((tarfile.TarInfo("/etc/passwd"), b""),),
        (_folder("files"), (tarfile.TarInfo("files/../../evil"), b"")),
        (_folder("files"), (tarfile.TarInfo("files/a"), b""), (tarfile.TarInfo("files/a"), b"")),
        ((tarfile.TarInfo("files/orphan/a"), b""),),
    ],
)
def test_a_bad_archive_is_refused(members: tuple[tuple[tarfile.TarInfo, bytes], ...]) -> None:
    with pytest.raises(ArchiveError):
        unpack(_archive(*members), SimulatedPhone.boot(seed=1).snapshot())


def test_an_archive_of_another_version_is_refused() -> None:
    snapshot = SimulatedPhone.boot(seed=1).snapshot()
    with tarfile.open(fileobj=io.BytesIO(pack(snapshot, compress=False))) as archive:
        source = archive.extractfile("phone.json")
        assert source is not None
        record = json.loads(source.read())
    record["version"] = 99
    with pytest.raises(ArchiveError, match="99"):
        unpack(_archive((tarfile.TarInfo("phone.json"), json.dumps(record).encode())), snapshot)


_SMALL = SimulatedPhone.boot(seed=1).snapshot()
_PACKED = pack(_SMALL, compress=False)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, len(_PACKED) - 1), junk=st.binary(min_size=1, max_size=40), cut=st.booleans())
def test_a_damaged_archive_is_a_snapshot_or_refused(place: int, junk: bytes, cut: bool) -> None:
    damaged = _PACKED[:place] + junk + (b"" if cut else _PACKED[place + len(junk) :])
    try:
        found = restarted(unpack(damaged, _SMALL))
    except ArchiveError:
        return
    phone = SimulatedPhone(found.profile)
    phone.restore(found)
    assert phone.screenshot_png()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2000))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(ArchiveError):
        unpack(data, _SMALL)

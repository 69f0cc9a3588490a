"""The program that runs first inside a desktop and does there what the host asks: processes, files, sockets.

It is a script of the standard library alone, started by the guest's own `/usr/bin/python3`; the host never imports
it. File paths are resolved in here, by the kernel's view of the guest, so that no link can lead outside. Requests and
replies are frames on the inherited control socket: two big-endian 32-bit lengths, a JSON object, raw bytes. Open
sockets are handed over on a second inherited socket (SCM_RIGHTS), each with a tag of 64 bits. When the control socket
closes, everything ends.

    python3 -I agent.py CONTROL_FD SOCKET_FD HOME LIMIT_BYTES ROOT...

`ROOT...` are the only directories that file requests may touch; none is named where the sandbox is the wall.
"""

from __future__ import annotations

import configparser
import contextlib
import ctypes
import io
import json
import os
import selectors
import shlex
import signal
import socket
import stat
import struct
import subprocess
import sys
import tarfile
import threading
import time
from typing import Any

_HEADER = struct.Struct(">II")
_TAG = struct.Struct(">Q")
_PR_SET_CHILD_SUBREAPER = 36

Request = dict[str, Any]
Reply = tuple[dict[str, Any], bytes]


class Refused(Exception):
    """The request cannot be done; the text goes back to the host."""


def _read_exactly(stream: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        piece = stream.recv(min(count - len(parts), 1 << 20))
        if not piece:
            raise EOFError
        parts += piece
    return bytes(parts)


def _drain(pipe: int, kept: bytearray, limit: int) -> bool:
    """Reads what `pipe` holds, keeps up to `limit` bytes in all; False at its end."""
    while True:
        try:
            piece = os.read(pipe, 1 << 16)
        except BlockingIOError:
            return True
        if not piece:
            return False
        kept += piece[: max(0, limit - len(kept))]


class Agent:
    def __init__(self, control: socket.socket, sockets: socket.socket, home: str, limit: int, roots: list[str]) -> None:
        self.control = control
        self.sockets = sockets
        self.home = home
        self.limit = limit
        self.roots = [os.path.realpath(root) for root in roots]
        self.write_lock = threading.Lock()
        self.process_lock = threading.Lock()
        self.sockets_lock = threading.Lock()
        self.given: dict[int, socket.socket] = {}
        self.running: dict[int, subprocess.Popen[bytes]] = {}
        self.session: list[subprocess.Popen[bytes]] = []

    # --- wire --------------------------------------------------------------------------------------------------
    def serve(self) -> None:
        while True:
            try:
                json_length, data_length = _HEADER.unpack(_read_exactly(self.control, _HEADER.size))
                request = json.loads(_read_exactly(self.control, json_length))
                data = _read_exactly(self.control, data_length)
            except (EOFError, OSError):
                return
            if request["op"] == "cancel":
                self.cancel(request["target"])
            else:
                threading.Thread(target=self.answer, args=(request, data), daemon=True).start()

    def answer(self, request: Request, data: bytes) -> None:
        try:
            reply, payload = getattr(self, "op_" + request["op"])(request, data)
        except Refused as error:
            reply, payload = {"error": str(error)}, b""
        except OSError as error:
            reply, payload = {"error": f"{error.strerror}: {error.filename or ''}".rstrip(": ")}, b""
        except Exception as error:  # noqa: BLE001 - the boundary to the host, which turns it into GuestError
            reply, payload = {"error": f"{type(error).__name__}: {error}"}, b""
        reply["id"] = request["id"]
        text = json.dumps(reply).encode()
        with self.write_lock, contextlib.suppress(OSError):
            self.control.sendall(_HEADER.pack(len(text), len(payload)) + text + payload)

    # --- files -------------------------------------------------------------------------------------------------
    def resolve(self, path: str) -> str:
        if "\0" in path or not path:
            raise Refused(f"not a path: {path!r}")
        if path == "~" or path.startswith("~/"):
            path = self.home + path[1:]
        real = os.path.realpath(os.path.join(self.home, path))
        if self.roots and not any(real == root or real.startswith(root + "/") for root in self.roots):
            raise Refused(f"{path} is outside the desktop")
        return real

    def op_put(self, request: Request, data: bytes) -> Reply:
        path = self.resolve(request["path"])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # Written beside and renamed, so that an application never reads half a file and a full disk leaves the old one.
        # Not under the file's own name with an ending: that may be as long as a name can be.
        beside = os.path.join(os.path.dirname(path), f".farm-{threading.get_ident()}.part")
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(handle, "wb") as file:
                file.write(data)
                os.fchmod(file.fileno(), request["mode"])
            os.rename(beside, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            error.filename = path
            raise
        return {}, b""

    def op_get(self, request: Request, data: bytes) -> Reply:
        path = self.resolve(request["path"])
        # Non-blocking, so that a pipe that nobody writes cannot hold this thread for ever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Refused(f"{path} is not a regular file")
            content = file.read(self.limit + 1)
        if len(content) > self.limit:
            raise Refused(f"{path} is larger than {self.limit} bytes")
        return {}, content

    def op_pack(self, request: Request, data: bytes) -> Reply:
        """The home directory as a tar file. Sockets and pipes are left out: they mean nothing without their process."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as archive:
            archive.add(self.home, arcname=".", filter=lambda member: member if _plain(member) else None)
        return {}, buffer.getvalue()

    def op_unpack(self, request: Request, data: bytes) -> Reply:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
            archive.extractall(self.home, members=[member for member in archive if _plain(member)])
        return {}, b""

    # --- processes ---------------------------------------------------------------------------------------------
    def spawn(self, argv: list[str], environment: dict[str, str], **streams: Any) -> subprocess.Popen[bytes]:
        with self.process_lock:
            return subprocess.Popen(
                argv, cwd=self.home, env=environment, start_new_session=True, close_fds=True, **streams
            )

    def op_spawn(self, request: Request, data: bytes) -> Reply:
        """A process of the session. With `report`, `{fd}` in its arguments is a pipe whose first line is awaited."""
        argv, name = list(request["argv"]), request["name"]
        pipes = os.pipe() if request.get("report") else ()
        if pipes:
            argv = [part.replace("{fd}", str(pipes[1])) for part in argv]
        log_path = os.path.join(request["logs"], name + ".log")
        with open(log_path, "ab") as log:
            process = self.spawn(
                argv, request["env"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=pipes[1:]
            )
        self.session.append(process)
        threading.Thread(target=process.wait, daemon=True).start()
        report = ""
        if pipes:
            os.close(pipes[1])
            with open(pipes[0], "rb") as answer:
                report = answer.readline().decode().strip()
            if not report:
                raise Refused(f"{name} ended at once: {_tail(log_path)}")
        return {"pid": process.pid, "report": report}, b""

    def op_exec(self, request: Request, data: bytes) -> Reply:
        """Runs a command to its end; what it left running in the background does not hold the answer back."""
        pipes = subprocess.PIPE
        process = self.spawn(
            request["argv"], request["env"], stdin=subprocess.DEVNULL, stdout=pipes, stderr=pipes, bufsize=0
        )
        self.running[request["id"]] = process
        try:
            ended, out, err = self.collect(process, time.monotonic() + request["limit_s"])
        finally:
            del self.running[request["id"]]
            for pipe in (process.stdout, process.stderr):
                assert pipe is not None
                pipe.close()
        return {"exit_code": process.returncode, "ended": ended, "out": len(out)}, bytes(out + err)

    def collect(self, process: subprocess.Popen[bytes], deadline: float) -> tuple[bool, bytearray, bytearray]:
        assert process.stdout is not None and process.stderr is not None
        kept = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
        end = os.pidfd_open(process.pid)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(end, selectors.EVENT_READ)
                for pipe in kept:
                    os.set_blocking(pipe, False)
                    selector.register(pipe, selectors.EVENT_READ)
                ended = False
                while not ended and time.monotonic() < deadline:
                    for key, _ in selector.select(max(0.0, deadline - time.monotonic())):
                        if key.fd == end:
                            ended = True
                        elif not _drain(key.fd, kept[key.fd], self.limit):
                            selector.unregister(key.fd)
        finally:
            os.close(end)
        if not ended:
            _kill_group(process.pid)
        process.wait()
        for pipe, content in kept.items():
            _drain(pipe, content, self.limit)
        out, err = kept.values()
        return ended, out, err

    def cancel(self, target: int) -> None:
        process = self.running.get(target)
        if process is not None:
            _kill_group(process.pid)

    # --- applications and sockets ------------------------------------------------------------------------------
    def op_applications(self, request: Request, data: bytes) -> Reply:
        found = {}
        for folder in request["folders"]:
            for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
                if name.endswith(".desktop") and name not in found:
                    found[name] = _desktop_entry(os.path.join(folder, name))
        return {"applications": {name: entry for name, entry in found.items() if entry}}, b""

    def op_connect(self, request: Request, data: bytes) -> Reply:
        """Connects to a Unix socket of the guest as the guest's user and hands the open socket to the host."""
        deadline = time.monotonic() + request["limit_s"]
        while True:
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                client.connect(request["path"])
                break
            except OSError as error:
                client.close()
                if time.monotonic() > deadline:
                    raise Refused(f"no answer at {request['path']}: {error.strerror}") from error
                time.sleep(0.005)  # noqa: TID251 - a thread of its own
        with client, self.write_lock:
            socket.send_fds(self.sockets, [_TAG.pack(request["tag"])], [client.fileno()])
        return {}, b""

    def op_dial(self, request: Request, data: bytes) -> Reply:
        """Connects to a TCP port of the loopback, and carries its bytes over the socket that the host handed over."""
        there = self.handed_over(request["tag"])
        try:
            here = _loopback(request["port"], request["limit_s"])
        except OSError as error:
            there.close()
            raise Refused(f"nothing answers at port {request['port']}: {error.strerror or error}") from error
        threading.Thread(target=_carry, args=(here, there), daemon=True).start()
        return {}, b""

    def handed_over(self, tag: int) -> socket.socket:
        """The socket that the host sent under `tag`, whichever request comes to read it."""
        with self.sockets_lock:
            while tag not in self.given:
                word, descriptors, _, _ = socket.recv_fds(self.sockets, _TAG.size, 1)
                if not descriptors:
                    raise Refused("the host sent no socket")
                self.given[_TAG.unpack(word)[0]] = socket.socket(fileno=descriptors[0])
            return self.given.pop(tag)

    def op_ping(self, request: Request, data: bytes) -> Reply:
        return {"pid": os.getpid()}, b""

    def stop(self) -> None:
        """Ends every descendant. Inside a PID namespace the kernel does the rest when this process exits."""
        for process in reversed(self.session):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + 2.0
        while time.monotonic() < deadline and any(process.poll() is None for process in self.session):
            time.sleep(0.01)  # noqa: TID251 - the end of the process
        while time.monotonic() < deadline + 2.0:
            descendants = _descendants()
            if not descendants:
                return
            for pid in descendants:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            time.sleep(0.01)  # noqa: TID251 - the end of the process


def _loopback(port: int, limit_s: float) -> socket.socket:
    """A connection to a port of this system. Raises OSError where nothing answers."""
    try:
        client = socket.create_connection(("127.0.0.1", port), timeout=limit_s)
    except ConnectionRefusedError as refused:
        # Some programs listen on the other loopback only.
        try:
            client = socket.create_connection(("::1", port), timeout=limit_s)
        except OSError:
            raise refused from None
    client.settimeout(None)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def _carry(one: socket.socket, other: socket.socket) -> None:
    """Both ways until either end closes; each way has a thread, so that one that is stuck does not hold the other."""
    back = threading.Thread(target=_pour, args=(other, one), daemon=True)
    back.start()
    _pour(one, other)
    back.join()
    one.close()
    other.close()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 16):
            sink.sendall(piece)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _plain(member: tarfile.TarInfo) -> bool:
    inside = not member.name.startswith("/") and ".." not in member.name.split("/")
    return inside and (member.isreg() or member.isdir() or member.issym())


def _descendants() -> list[int]:
    """All live processes below this one; a zombie counts until it is reaped."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                # The command name in brackets may hold anything; the parent's id is the second word after it.
                parent = int(file.read().rpartition(b")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    found = list(children.get(os.getpid(), ()))
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _tail(path: str) -> str:
    with open(path, "rb") as file:
        return file.read()[-500:].decode(errors="replace").strip()


def _desktop_entry(path: str) -> dict[str, Any]:
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read(path, encoding="utf-8")
        entry = parser["Desktop Entry"]
    except (configparser.Error, KeyError, UnicodeDecodeError):
        return {}
    hidden = "true" in (entry.get("Hidden", "false"), entry.get("NoDisplay", "false"))
    if entry.get("Type") != "Application" or hidden or "Exec" not in entry:
        return {}
    # Field codes (%U, %f) stand for files to open; there are none.
    argv = [word for word in shlex.split(entry["Exec"]) if not (len(word) == 2 and word[0] == "%")]
    return {"name": entry.get("Name", ""), "generic": entry.get("GenericName", ""), "argv": argv}


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    sockets = socket.socket(fileno=int(sys.argv[2]))
    for inherited in (control, sockets):
        inherited.set_inheritable(False)
    os.umask(0o022)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        # A handler and not SIG_IGN: the session's programs would inherit that.
        signal.signal(number, lambda *_: None)
    # Orphans of the session become our children, so that `stop` finds them where there is no PID namespace.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    agent = Agent(control, sockets, sys.argv[3], int(sys.argv[4]), sys.argv[5:])
    try:
        agent.serve()
    finally:
        agent.stop()
        os._exit(0)


if __name__ == "__main__":
    main()

"""Proofs about the machine: Python and its packages, containers, KVM, GPU, torch, vLLM."""

from __future__ import annotations

import io
import platform
import shutil
import struct
import sys
import tarfile
import uuid

from device_farm.doctor.child import ChildResult, run_child, run_python
from device_farm.errors import PrerequisiteError

_MODULES = (
    "cv2",
    "dbus_fast",
    "google.protobuf",
    "grpc",
    "grpc_health",
    "grpc_reflection",
    "isal",
    "jinja2",
    "numpy",
    "openai",
    "pydantic",
    "rich",
    "skia",
    "sqlalchemy",
    "xcffib",
)
_IMPORT_EACH = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        sys.exit(f"{name}: {error}")
"""

_TORCH = """
import torch
a = torch.arange(64.0).reshape(8, 8)
assert torch.equal(a @ torch.eye(8), a)
print(torch.__version__)
"""
_CUDA = """
import torch
if not torch.cuda.is_available():
    raise SystemExit("torch " + torch.__version__ + " sees no CUDA device")
a = torch.arange(4096.0).reshape(64, 64)
b = (a.cuda() @ torch.eye(64).cuda()).cpu()
assert torch.allclose(a, b), "the GPU computes wrongly"
print(torch.cuda.get_device_name(0))
"""


async def python_and_packages() -> str:
    """Loads every package that the farm cannot do without."""
    result = await run_python(_IMPORT_EACH, *_MODULES)
    if result.exit_code != 0:
        library = "lib" in result.last_line and ".so" in result.last_line
        fix = "apt-get install -y libegl1 libgl1" if library else "pip install -e ."
        raise PrerequisiteError(result.last_line, fix=fix)
    return f"Python {platform.python_version()}, {len(_MODULES)} packages load"


async def containers() -> str:
    """Imports an image of one program of 150 bytes, runs it, and takes the image away again."""
    if shutil.which("docker") is None:
        raise PrerequisiteError("the program docker is not installed", fix="apt-get install -y docker.io")
    name = f"farm-doctor-{uuid.uuid4().hex[:12]}"
    _must(await run_child("docker", "import", "-", name, stdin=_image()), "docker import")
    try:
        # The name lets a hanging container be removed, which the end of its client would not do.
        ran = await run_child("docker", "run", "--rm", "--name", name, "--network", "none", name, "/probe")
        _must(ran, "docker run")
    finally:
        await run_child("docker", "rm", "--force", name)
        await run_child("docker", "rmi", "--force", name)
    if ran.stdout != "farm\n":
        raise PrerequisiteError(f"a container said {ran.stdout!r} instead of 'farm'")
    return "a container ran and was removed"


def _must(result: ChildResult, what: str) -> None:
    if result.exit_code == 0:
        return
    said = result.last_line
    if "Cannot connect" in said or "daemon running" in result.stderr:
        fix = "start the daemon: systemctl start docker, or dockerd &"
    elif "permission denied" in result.stderr.lower():
        fix = "run as root, or add yourself to the group docker"
    else:
        fix = f"try `{what}` by hand"
    raise PrerequisiteError(f"{what}: {said}", fix=fix)


def _image() -> bytes:
    """A tar file with the one program `/probe`."""
    program = static_program()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("probe")
        member.size, member.mode = len(program), 0o755
        archive.addfile(member, io.BytesIO(program))
    return buffer.getvalue()


def static_program() -> bytes:
    """A static ELF program that writes `farm` and a line feed and exits with 0.

    Raises:
        PrerequisiteError: this machine's processor is not x86-64.
    """
    if platform.machine() != "x86_64":
        raise PrerequisiteError(f"the probe is a program for x86_64, this is {platform.machine()}")
    base, headers = 0x400000, 64 + 56
    # write(1, rip + 14 -> "farm\n", 5); exit(0)
    code = bytes.fromhex("b801000000bf01000000488d3510000000ba050000000f05b83c00000031ff0f05")
    code += b"farm\n"
    size = headers + len(code)
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + headers, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    return identity + header + segment + code


async def kvm() -> str:
    """Boots a guest of four instructions in a child process."""
    result = await run_child(sys.executable, "-m", "device_farm.doctor.kvm_guest")
    if "FileNotFoundError" in result.stderr:
        raise PrerequisiteError("there is no /dev/kvm", fix="enable (nested) virtualisation on the host")
    if "PermissionError" in result.stderr:
        raise PrerequisiteError("/dev/kvm may not be opened", fix="run as root, or add yourself to the group kvm")
    if result.exit_code != 0:
        raise PrerequisiteError(f"no guest runs: {result.last_line}", fix="use a machine with working virtualisation")
    return "a guest ran and halted with the right result"


async def torch() -> str:
    """Multiplies matrices on the CPU."""
    result = await run_python(_TORCH)
    if result.exit_code != 0:
        raise PrerequisiteError(result.last_line, fix="pip install torch")
    return f"torch {result.stdout.strip()} computes"


async def gpu() -> str:
    """Multiplies matrices on the GPU and compares."""
    result = await run_python(_CUDA)
    if result.exit_code != 0:
        missing = "No module named 'torch'" in result.stderr
        fix = "pip install torch" if missing else "install the NVIDIA driver and a torch built for its CUDA version"
        raise PrerequisiteError(result.last_line, fix=fix)
    return f"{result.stdout.strip()} computes"


async def vllm() -> str:
    """Imports vLLM."""
    result = await run_python("import vllm; print(vllm.__version__)")
    if result.exit_code != 0:
        raise PrerequisiteError(
            result.last_line, fix="pip install vllm, or name a server that runs: farm doctor --endpoint URL"
        )
    return f"vLLM {result.stdout.strip().splitlines()[-1]} loads"

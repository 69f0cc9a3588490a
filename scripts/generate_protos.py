"""Generates `device_farm/pb/` from `proto/`. `--check` writes nothing and fails when the committed code differs."""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
PACKAGE = Path("device_farm") / "pb"
_INIT = '"""Generated from `proto/` by `scripts/generate_protos.py`; never edited."""\n'


def generate(out: Path) -> None:
    """Writes the generated modules and stubs below `out`. Raises SystemExit when protoc refuses a source."""
    sources = [str(path.relative_to(PROTO)) for path in sorted((PROTO / PACKAGE).glob("*.proto"))]
    arguments = [
        "protoc",
        f"--proto_path={PROTO}",
        f"--proto_path={files('grpc_tools') / '_proto'}",
        f"--python_out={out}",
        f"--pyi_out={out}",
        f"--grpc_python_out={out}",
        *sources,
    ]
    if status := protoc.main(arguments):
        raise SystemExit(status)
    (out / PACKAGE / "__init__.py").write_text(_INIT)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.py*") if path.is_file()}


def _is_current() -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        return _contents(Path(scratch) / PACKAGE) == _contents(ROOT / PACKAGE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with what is committed")
    if not parser.parse_args().check:
        (ROOT / PACKAGE).mkdir(parents=True, exist_ok=True)
        generate(ROOT)
        return 0
    if _is_current():
        return 0
    sys.stderr.write("device_farm/pb differs from proto/: run python scripts/generate_protos.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""Puts trained weights where the package has its own: `python -m gui_agent.miniature.ship DIR/online/checkpoints/…`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gui_agent.miniature.weight_file import SHIPPED, read_weights, write_weights


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, help="a file of weights, or the folder `policy` of a checkpoint")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="where to (default: into the package)")
    options = parser.parse_args(arguments)
    shape, weights = read_weights(options.weights)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    path = write_weights(options.out, shape, weights, half=True)
    sys.stdout.write(f"{path}: {path.stat().st_size / 1e6:.2f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

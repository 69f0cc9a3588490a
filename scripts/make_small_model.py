"""Makes a small vision-language model with random weights and a tokenizer of one's own data. No network.

Prints one JSON line: `model`, `parameters`, `vocabulary`.

    python scripts/make_small_model.py --size small --family qwen3_vl --data runs/expert --out runs/small
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from device_farm.errors import FarmError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("tiny", "small"), default="small")
    parser.add_argument("--family", choices=("qwen2_5_vl", "qwen3_vl", "text"), default="qwen2_5_vl")
    parser.add_argument("--data", required=True, help="run folder or UI-S1 JSON Lines, as [data] path")
    parser.add_argument("--dialect", default="ui_s1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    from gui_agent.training.config import DataConfig
    from gui_agent.training.language.from_config import SHAPES, build_model, texts_of
    from gui_agent.training.recipes import load_trajectories

    try:
        trajectories = load_trajectories(DataConfig(path=options.data))
        texts = list(texts_of(trajectories, options.dialect))
    except FarmError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    build_model(options.out, options.family, SHAPES[options.size], texts, seed=options.seed)
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText, AutoTokenizer

    auto = AutoModelForCausalLM if options.family == "text" else AutoModelForImageTextToText
    module = auto.from_config(AutoConfig.from_pretrained(options.out))
    count = sum(weight.numel() for weight in module.parameters())
    vocabulary = len(AutoTokenizer.from_pretrained(options.out))
    print(json.dumps({"model": str(options.out), "parameters": count, "vocabulary": vocabulary}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

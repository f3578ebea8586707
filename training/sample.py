"""A grid of samples: `python sample.py --data CACHE --model model.safetensors --vae vae.safetensors --out grid.png`

The upper rows are the real pictures of the pairs that were asked for, the lower rows what the model drew, unpicked.
--manifest: the manifest of weights whose class table is in another order (the first weights have 1,015 classes).
"""
import argparse, json
from pathlib import Path

import numpy as np

import vae as vae_
from common import Machine, grid
from data import Pictures
from evaluate import generate, load_model
from model import Gates


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--manifest", type=Path)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--dynamic", action="store_true", help="both toggles on")
    parser.add_argument("--held-out", action="store_true", help="pairs that nothing was trained on")
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--scale", type=float, default=2.5)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--threads", type=int)
    args = parser.parse_args()
    machine, data = Machine(args.threads), Pictures(args.data)
    names = {"classes": [c["name"] for c in data.meta["classes"]], "styles": data.meta["styles"]}
    manifest = json.loads(args.manifest.read_text()) if args.manifest else None
    model, vae = load_model(args.model, manifest, names), vae_.load(args.vae).eval()
    index = np.random.default_rng(args.seed).choice(data.test if args.held_out else data.train, args.count, False)
    gates = lambda: Gates("eval" if args.dynamic else "complete")
    pictures, share = generate(model, vae, machine, data.cls[index], data.style[index], gates, args.steps, args.scale, batch=24)
    print(f"{args.count} samples, {share:.2f} of the multiply-adds")
    grid(np.concatenate([data.images[index], pictures]), 12, args.out)


if __name__ == "__main__":
    main()

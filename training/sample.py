"""Draws with a flow model: a grid of samples, `python sample.py --data CACHE --model model.safetensors --vae
vae.safetensors --out grid.webp [--steps 4 --fast] [--shift -1] [--lively] [--held-out]`

The upper rows are the real pictures of the pairs that were asked for, the lower rows what the model drew, unpicked.
"""

from dataclasses import dataclass, field
from typing import Callable

import numpy as np
import torch

import autoencoder
from augment import MOVES, PINCH, draw_moves
from checkpoints import load_model
from common import grid, to_pixels
from diffusion import guided, sample_flow, sample_jumps
from fast import with_guidance
from gates import Gates, share_of_work
from machine import Machine
from options import options
from pictures import Pictures


@dataclass(kw_only=True)
class Asked:
    """What is drawn and how: y, s (n,), or mixes (n,M) with weights (n,M)."""

    y: torch.Tensor
    s: torch.Tensor
    y_weights: torch.Tensor | None = None
    s_weights: torch.Tensor | None = None
    moves: torch.Tensor | None = None  # (n,6), None: plain
    steps: int = 25
    scale: float = 2.5
    fast: bool = False  # jumps, guidance as an input: one evaluation a step
    gates: Callable = Gates
    seed: int = 1
    trace: dict | None = field(default=None)  # t -> mean rates of each kind of gate and layer


@torch.no_grad()
def draw_latents(model, machine, asked, start, stop):
    """Latents of asked[start:stop] on the device, and the shares of multiply-adds of each evaluation."""
    c, generator, shares = model.config, torch.Generator().manual_seed(asked.seed), []
    noise = torch.randn(len(asked.y), c.in_channels, c.input_size, c.input_size, generator=generator)[start:stop]
    part = lambda v: None if v is None else machine.put(v[start:stop])
    labels = {k: part(getattr(asked, k)) for k in ("y", "s", "y_weights", "s_weights")}
    if c.conditions:
        labels["a"] = machine.put(torch.zeros(len(noise), c.conditions))
        if asked.moves is not None:
            labels["a"][:, : len(MOVES)] = part(asked.moves)
    ask = model if asked.fast else guided(model, c, asked.scale)
    if asked.fast:
        labels["a"] = with_guidance(labels["a"], torch.full((len(noise),), asked.scale, device=machine.device))

    def evaluate(z, t, r=None):
        gates = asked.gates()
        v = ask(z, t, gates=gates, **labels, **({} if r is None else {"r": r})).float()
        masks = gates.stacked()
        shares.append(1.0 if all(m is None for m in masks) else share_of_work(c, *masks).mean().item())
        if asked.trace is not None:
            rates = [None if m is None else m.float().mean((0, 2)).cpu().tolist() for m in masks]
            asked.trace.setdefault(round(t[0].item(), 4), []).append(rates)
        return v

    sampler = sample_jumps if asked.fast else sample_flow
    with machine.autocast():
        return sampler(evaluate, machine.put(noise), asked.steps), shares


@torch.no_grad()
def generate(model, vae, machine, asked, batch=64):
    """uint8 (n,S,S,3), and the mean share of multiply-adds over evaluations, layers and both halves of guidance."""
    pictures, shares = [], []
    for start in range(0, len(asked.y), batch):
        z, found = draw_latents(model, machine, asked, start, start + batch)
        with machine.autocast():
            pictures.append(to_pixels(vae.decode(z)))
        shares += found
    return np.concatenate(pictures), float(np.mean(shares))


def lively(s, styles, seed=1, variation=1.0):
    """What a seed draws besides the noise, for pictures of styles s (n,) of so many: moves, a mirror image by a coin
    and all else scaled, and a pinch of one other style. {moves (n,6), s, s_weights (n,2)}, for Asked."""
    torch.manual_seed(seed)
    s, moves = torch.as_tensor(s), draw_moves(len(s))
    moves[:, 1:] *= variation
    other = (s + torch.randint(1, max(2, styles), (len(s),))) % styles
    pinch = variation * PINCH * torch.rand(len(s))
    return {"moves": moves, "s": torch.stack([s, other], 1), "s_weights": torch.stack([1 - pinch, pinch], 1)}


def draw_grid(model, data, vae_path, machine, path, count=32):
    """A look at a model in training: plain pictures of fixed pairs and noise, both toggles on for a dynamic model."""
    index = np.random.default_rng(7).permutation(len(data.cls))[:count]
    y, s = torch.as_tensor(data.cls[index]), torch.as_tensor(data.style[index])
    gates = lambda: Gates("eval" if model.config.dynamic else "complete")
    vae = machine.put(autoencoder.load(vae_path)).eval()
    grid(generate(model, vae, machine, Asked(y=y, s=s, gates=gates, steps=20))[0], 8, path)


def main(argv=None):
    args = options(
        __doc__,
        argv,
        required=["data", "model", "vae", "out"],
        stage="sample",
        count=24,
        static=False,
        fast=False,
        shift=0.0,
        lively=False,
        held_out=False,
        steps=25,
        scale=2.5,
        seed=3,
        threads=int,
    )
    machine, data = Machine(args.threads), Pictures(args.data)
    model, vae = machine.put(load_model(args.model)).eval(), machine.put(autoencoder.load(args.vae)).eval()
    index = np.random.default_rng(args.seed).choice(data.test if args.held_out else data.train, args.count, False)
    mode = "eval" if model.config.dynamic and not args.static else "complete"
    style = torch.as_tensor(data.style[index])
    asked = Asked(
        y=torch.as_tensor(data.cls[index]),
        **(lively(style, len(data.meta["styles"]), args.seed) if args.lively else {"s": style}),
        steps=args.steps,
        scale=args.scale,
        fast=args.fast,
        seed=args.seed,
        gates=lambda: Gates(mode, shift=args.shift),
    )
    pictures, share = generate(model, vae, machine, asked, batch=24)
    print(f"{args.count} samples, {share:.2f} of the multiply-adds")
    grid(np.concatenate([data.images[index], pictures]), 12, args.out)


if __name__ == "__main__":
    main()

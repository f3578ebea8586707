"""What a flow model's training is watched by, so that it stops before it knows its pictures by heart: the loss on
held-out pairs beside that on as many trained ones, and the share of drawings that are copies. Columns of log.csv.

A drawing is a copy where the nearest of all cached latents, moved versions included, is one of its own pair and nearer
than 19 of 20 real held-out pictures have their nearest trained one.
"""

import numpy as np
import torch

from augment import draw_moves
from diffusion import flow_loss, guided, sample_flow
from gates import Gates


def nearest(z, bank, chunk=4096):
    """(distance (n,), index (n,)): root-mean-square difference of latents z (n,...) to the nearest of bank (m,...)."""
    z, best, which = z.flatten(1).float(), torch.full((len(z),), torch.inf, device=z.device), None
    for start in range(0, len(bank), chunk):
        part = bank[start : start + chunk].flatten(1).float()
        squared = (z**2).sum(1)[:, None] - 2 * z @ part.T + (part**2).sum(1)[None]  # (n,chunk)
        found, index = squared.min(1)
        which = index if which is None else torch.where(found < best, index + start, which)
        best = torch.minimum(found, best)
    return (best.clamp(min=0) / z.shape[1]).sqrt(), which


class Watch:
    def __init__(self, data, machine, count=64, pictures=256, seed=5):
        """data: latents.Latents. The same pictures, noise, timesteps and drawings every time it looks."""
        self.data, self.machine, self.seed = data, machine, seed
        generator = np.random.default_rng(seed)
        pick = lambda rows, n: generator.choice(rows, min(n, len(rows)), False)
        self.held, self.seen = pick(data.test, pictures), pick(data.train, min(pictures, len(data.test)) or pictures)
        self.asked = machine.put(pick(data.train[~data.soft[data.train]], count))
        self.train = machine.put(data.train)
        self.limit = None  # of a copy's distance; where nothing is held out, no drawing counts as one
        if len(self.held):
            plain = lambda rows: data.rows(machine.put(rows), machine.put(np.zeros(len(rows), np.int64)))
            self.limit = torch.quantile(nearest(plain(self.held), self.bank())[0], 0.05).item()

    def bank(self):
        """(trained pictures * K, C, S, S): every cached version."""
        K, index = self.data.versions, self.train
        which = torch.arange(K, device=index.device).repeat(len(index))
        return self.data.rows(index.repeat_interleave(K), which)

    @torch.no_grad()
    def loss(self, model, rows):
        """The mean flow loss over these pictures, plain, at evenly spread timesteps, all gates open."""
        if not len(rows):
            return float("nan")
        torch.manual_seed(self.seed)
        index = self.machine.put(rows)
        x, labels = self.data.batch(index, torch.zeros_like(index))
        t = (torch.arange(len(index), device=index.device) + 0.5) / len(index)
        with self.machine.autocast():
            return flow_loss(model, x, t, labels).mean().item()

    @torch.no_grad()
    def draw(self, model, steps=8, scale=2.5, lively=True):
        """Latents (n,C,S,S) of the pairs asked for; lively: moved as a seed would."""
        torch.manual_seed(self.seed)
        _, labels = self.data.batch(self.asked, torch.zeros_like(self.asked))
        if labels["a"] is not None and lively:
            labels["a"][:, :6] = draw_moves(len(self.asked), self.machine.device)
        gates = lambda: Gates("eval" if model.config.dynamic else "complete")
        predict = guided(model, model.config, scale)
        noise = torch.randn(len(self.asked), *self.data.meta["shape"], device=self.machine.device)
        with self.machine.autocast():
            return sample_flow(lambda z, t: predict(z, t, gates=gates(), **labels), noise, steps)

    def copies(self, z):
        """The share of drawings z (n,C,S,S) of self.asked that are copies."""
        if self.limit is None:
            return 0.0
        distance, which = nearest(z, self.bank())
        found = self.train[which // self.data.versions]
        own = self.data.labels["y"][found] == self.data.labels["y"][self.asked]
        own &= self.data.labels["s"][found] == self.data.labels["s"][self.asked]
        return (own & (distance < self.limit)).float().mean().item()

    def look(self, model):
        found = {"held_loss": self.loss(model, self.held), "seen_loss": self.loss(model, self.seen)}
        return found | {"copies": self.copies(self.draw(model))}

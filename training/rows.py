"""What evaluate.py scores: each function draws with a model and returns what goes into scores.json."""

import numpy as np
import torch

import autoencoder
import figures
import judge as judge_
import scores as score
from codec import reconstruct
from common import grid, psnr
from gates import Gates, shift_of
from machine import Machine
from pictures import Pictures
from sample import Asked, generate, lively


class Bench:
    """The pictures, the judge and the decoder that every row shares."""

    def __init__(self, args):
        self.args, self.machine, self.data = args, Machine(args.threads), Pictures(args.data)
        self.vae = self.machine.put(autoencoder.load(args.vae)).eval()
        self.judge = self.machine.put(judge_.load(args.judge))
        generator, data = np.random.default_rng(11), self.data
        sharp = data.train[~data.soft[data.train]]
        unseen = generator.choice(data.test, min(len(data.test), args.count // 2), False)
        self.pairs = np.concatenate([unseen, generator.choice(sharp, min(len(sharp), args.count - len(unseen)), False)])
        generator.shuffle(self.pairs)
        self.cls, self.style, self.unseen = data.cls[self.pairs], data.style[self.pairs], data.held[self.pairs]
        self.real = self.look(data.images[self.pairs])[2].numpy()

    def look(self, pictures):
        return judge_.judge(self.judge, pictures, self.machine)

    def draw(self, model, y=None, s=None, **how):
        """Pictures and the share of work; the bench's pairs where no labels are given."""
        y, s = torch.as_tensor(self.cls if y is None else y), torch.as_tensor(self.style if s is None else s)
        return generate(model, self.vae, self.machine, Asked(y=y, s=s, scale=self.args.scale, **how))

    def row(self, pictures, share, evaluations):
        """Recognised as asked, over all pictures and over those of pairs unseen or seen, and the distance."""
        logits, styles, features = self.look(pictures)
        row = {
            "pictures": len(pictures),
            "share": share,
            "evaluations": evaluations,
            "frechet": score.frechet(self.real, features.numpy()),
        }
        row |= judge_.recognised(logits, styles, self.cls, self.style)
        for key, chosen in (("held out", self.unseen), ("trained on", ~self.unseen)):
            if chosen.any():
                row[key] = judge_.recognised(logits[chosen], styles[chosen], self.cls[chosen], self.style[chosen])
        return row


def variants(model, args):
    """{name: (gates options, fast)} of a model. "random" takes the rates that "both on" had."""
    if not model.config.dynamic:
        return {"static": (dict(mode="complete"), False)}
    plan = {"both on": (dict(mode="eval"), False), "complete": (dict(mode="complete"), False)}
    plan |= {
        "width only": (dict(mode="eval", tokens=False), False),
        "tokens only": (dict(mode="eval", width=False), False),
    }
    plan |= {"random masks": ("random", False)}
    if model.config.jump_blocks:
        plan |= {"fast, both on": (dict(mode="eval"), True), "fast, complete": (dict(mode="complete"), True)}
    return plan


def rates_of(trace, num_heads):
    """The mean rate of each kind of gate, for masks drawn at random; unit 0, always on, does not count."""
    mean = lambda i: float(np.mean([np.mean(run[i]) for runs in trace.values() for run in runs]))
    free = lambda share: (share * num_heads - 1) / (num_heads - 1)
    return {"heads": free(mean(0)), "groups": free(mean(1)), "tokens": mean(2)}


def score_variants(bench, model, found, save):
    for name, (gates, fast) in variants(model, bench.args).items():
        if name in found:
            continue
        gates, trace = dict(mode="eval", random=found["both on"]["rates"]) if gates == "random" else gates, {}
        torch.manual_seed(5)
        steps = bench.args.jumps if fast else bench.args.steps
        pictures, share = bench.draw(model, gates=lambda: Gates(**gates), steps=steps, fast=fast, trace=trace)
        found[name] = bench.row(pictures, share, steps if fast else 2 * steps)
        grid(pictures[:120], 12, bench.args.out / f"samples-{name.replace(' ', '-').replace(',', '')}.webp")
        if name == "both on":
            found[name]["rates"] = rates_of(trace, model.config.num_heads)
            found["routers"] = figures.routers(trace, bench.args.out / "routers.png")
        save()
        print(name, {k: v for k, v in found[name].items() if isinstance(v, float)})


def usual(bench, model):
    """How the page draws by default: both toggles on, few jumps where there are some."""
    fast = bool(model.config.jump_blocks)
    gates = lambda: Gates("eval" if model.config.dynamic else "complete")
    return dict(gates=gates, fast=fast, steps=bench.args.jumps if fast else bench.args.steps)


def score_budget(bench, model, learned):
    """[{budget, shift, share, frechet, top1}, ...]: one checkpoint from little work to all of it."""
    curve = []
    for asked in bench.args.budgets:
        shift = shift_of(asked, learned).item()
        how = usual(bench, model) | dict(gates=lambda: Gates("eval", shift=shift))
        pictures, share = bench.draw(model, **how)
        row = bench.row(pictures, share, how["steps"])
        curve.append(
            {"budget": asked, "shift": round(shift, 3), **{k: row[k] for k in ("share", "frechet", "top1", "style")}}
        )
    figures.budget(curve, bench.args.out / "budget.png")
    return curve


def score_copies(bench, model):
    """Of trained pairs, the share of drawings that are copies, lively and plain, and the nearest pairs as a grid."""
    data, seen = bench.data, ~bench.unseen
    bank, found = score.moved_bank(data.images[data.train]), {}
    truth = score.nearest(score.small(data.images[data.test]), bank)[0]
    found["real held out"] = score.quantiles(truth)
    limit = np.quantile(truth, 0.05)
    for name, asked in (("lively", lively(bench.style, len(data.meta["styles"]))), ("plain", {})):
        pictures, _ = bench.draw(model, **asked, **usual(bench, model))
        hits = score.copies(
            pictures[seen],
            bench.cls[seen],
            bench.style[seen],
            bank,
            data.cls[data.train],
            data.style[data.train],
            limit,
        )
        distance, which = score.nearest(score.small(pictures), bank)
        found[name] = {
            "copies": float(hits.mean()),
            "distance, trained pairs": score.quantiles(distance[seen]),
            "distance, held-out pairs": score.quantiles(distance[~seen]),
        }
        closest = np.argsort(distance)[:24]
        among = data.images[data.train]
        grid(
            np.stack([p for i in closest for p in (pictures[i], among[which[i]])]),
            12,
            bench.args.out / f"nearest-{name}.webp",
        )
    return found


def score_seeds(bench, model, seeds=4):
    """The mean distance of the judge's features between seeds of a pair, over that between two styles of a thing: for
    the drawing alone (plain) and with the pose that a seed draws."""
    data, how = bench.data, usual(bench, model)
    chosen = np.random.default_rng(3).choice(data.train, min(bench.args.pairs, len(data.train)), False)
    pairs = len(chosen)
    y, s = np.repeat(data.cls[chosen], seeds), np.repeat(data.style[chosen], seeds)
    other = (s + 1 + np.tile(np.arange(seeds), pairs)) % len(data.meta["styles"])
    features = lambda pictures: bench.look(pictures)[2].numpy().reshape(pairs, seeds, -1)
    drawn = {
        "plain": bench.draw(model, y, s, **how)[0],
        "lively": bench.draw(model, y, **lively(s, len(data.meta["styles"])), **how)[0],
    }
    styles = score.spread(features(bench.draw(model, y, other, **how)[0]))
    grid(np.concatenate([drawn["lively"][:60], drawn["plain"][:60]]), 12, bench.args.out / "seeds.webp")
    return {name: score.spread(features(pictures)) / styles for name, pictures in drawn.items()}


def score_mixtures(bench, model):
    """Of pairs of classes drawn by a fixed seed, mixed half and half: the share whose both things are in the judge's
    top 5. Beside it what the judge says of real pictures put together: more cannot be asked of a drawing."""
    generator, data, count = np.random.default_rng(17), bench.data, bench.args.mixtures
    y = np.stack([generator.choice(len(data.meta["classes"]), 2, False) for _ in range(count)])
    s = generator.integers(len(data.meta["styles"]), size=count)
    pictures, _ = bench.draw(model, y, s, y_weights=torch.full((count, 2), 0.5), **usual(bench, model))
    grid(pictures[:96], 12, bench.args.out / "mixtures.webp")
    of = lambda shown: float(score.in_top(bench.look(shown)[0], y).mean())
    first, second = (np.stack([data.of_pair(c, style) for c, style in zip(column, s)]) for column in y.T)
    found = {"mean of embeddings": of(pictures), "real, cross-faded": of(score.cross_faded(first, second))}
    return found | {"real, one above the other": of(score.stacked(first, second))}


def score_vae(bench):
    """What the VAE keeps of the held-out pictures, in decibels and to the judge."""
    data, test = bench.data, bench.data.test
    pictures = reconstruct(bench.vae, data.images[test], bench.machine)
    of = lambda images: judge_.recognised(*bench.look(images)[:2], data.cls[test], data.style[test])
    found = {"psnr_mean": float(psnr(data.images[test], pictures).mean())}
    found |= {"decode_multiply_adds": autoencoder.multiply_adds(bench.vae.config, data.images.shape[1])}
    return found | {"real held out": of(data.images[test]), "the same through the VAE": of(pictures)}

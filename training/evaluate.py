"""Scores and grids. `python evaluate.py --data CACHE --vae vae.safetensors --dynamic RUN2/model.safetensors
--static RUN/model.safetensors --classifier RUN3/classifier.pt --out REPORT` writes REPORT/scores.json and .md, grids (WebP) and plots.

Every variant draws the same pairs from the same noise. The Frechet distance is between the classifier's features of
the generated and of the real pictures of the same pairs' number; its floor is between two random halves of the real ones.
A variant that scores.json already has is not drawn again, so a run that was killed goes on; for new weights, take a new folder.
"""
import argparse, json
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

import classifier as judge_
import vae as vae_
from checkpoints import config_of, load_into, read_state, select_rows
from common import Machine, grid, psnr, to_pixels, write_json
from data import Pictures
from diffusion import guided, sample_flow
from model import DiT, Gates, share_of_work


def load_model(path, manifest=None, names=None):
    """A flow model of a safetensors file; the manifest gives the heads of a static one and the order of its labels."""
    state = read_state(path)
    if manifest and names:
        state = select_rows(state, {"classes": [c["name"] for c in manifest["classes"]], "styles": manifest["styles"]}, names)
    model = DiT(config_of(state, 8, 1000.0))
    load_into(model, state)
    return model.eval()


@torch.no_grad()
def generate(model, vae, machine, cls, style, make_gates, steps=25, scale=2.5, seed=1, batch=64, trace=None):
    """uint8 (n,S,S,3), and the mean share of multiply-adds over steps, layers and both halves of guidance."""
    c, generator = model.config, torch.Generator().manual_seed(seed)
    noise = torch.randn(len(cls), c.in_channels, c.input_size, c.input_size, generator=generator)
    pictures, shares = [], []
    predict = guided(model, c, scale)
    for start in range(0, len(cls), batch):
        part = slice(start, start + batch)
        y, s = torch.as_tensor(cls[part]), torch.as_tensor(style[part])

        def step(z, t):
            gates = make_gates()
            v = predict(z, t, y, s, gates)
            masks = gates.stacked()
            shares.append(1.0 if all(m is None for m in masks) else share_of_work(c, *masks).mean().item())
            if trace is not None:
                trace.setdefault(round(t[0].item(), 4), []).append([None if m is None else m.float().mean((0, 2)).tolist() for m in masks])
            return v

        with machine.autocast():
            z = sample_flow(step, noise[part], steps)
            pictures.append(to_pixels(vae_.decode(vae, z)))
    return np.concatenate(pictures), float(np.mean(shares))


def frechet(a, b):
    """|mu_a - mu_b|^2 + tr(A + B - 2 (A B)^1/2) of features (n,d), in float64."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    A, B = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(A)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ B @ root).clip(0)).sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(A) + np.trace(B) - 2 * cross)


def small(images, side=16):
    """uint8 (n,S,S,3) -> (n, side*side*3) float: box-filtered pixels for nearest neighbours."""
    n, S = len(images), images.shape[1]
    return images.reshape(n, side, S // side, side, S // side, 3).mean((2, 4), dtype=np.float32).reshape(n, -1)


def nearest(images, among):
    """(distance (n,), index (n,)): root-mean-square pixel difference at 16 x 16 to the nearest of `among`."""
    a, b = small(images), small(among)
    squared = (a**2).sum(1)[:, None] - 2 * a @ b.T + (b**2).sum(1)[None]
    return np.sqrt(squared.clip(0).min(1) / a.shape[1]), squared.argmin(1)


def mixed_classes(model, pairs):
    """Adds to the class table the mean of each pair of rows; their labels are num_classes, num_classes+1, ..."""
    table = model.y_embedder.embedding_table
    rows = torch.stack([table.weight[list(pair)].mean(0) for pair in pairs])
    weight = torch.cat([table.weight[:-1], rows, table.weight[-1:]]).detach()
    model.config.num_classes += len(pairs)
    model.y_embedder.embedding_table = torch.nn.Embedding.from_pretrained(weight)


def markdown(scores):
    """The table of REPORT.md from scores.json."""
    lines = ["| variant | share of multiply-adds | top-1 | top-5 | style | Frechet distance |", "| --- | --- | --- | --- | --- | --- |"]
    for name, row in scores.items():
        if isinstance(row, dict) and "frechet" in row:
            lines.append(f"| {name} | {row['share']:.2f} | {row['top1']:.3f} | {row['top5']:.3f} | {row['style']:.3f} | {row['frechet']:.2f} |")
    return "\n".join(lines + [f"| real against real (floor) | | | | | {scores['floor']:.2f} |"]) + "\n"


def plot_routers(trace, path):
    """Width over timestep, tokens kept over timestep and layer."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    times = sorted(trace)
    table = np.array([np.mean([np.array(run, np.float64) for run in trace[t]], 0) for t in times])  # (steps, 3, L)
    figure, axes = plt.subplots(1, 4, figsize=(17, 3.4))
    for axis, kind, title in zip(axes, range(3), ("heads on", "MLP groups on", "tokens kept")):
        image = axis.imshow(table[:, kind].T, aspect="auto", origin="lower", vmin=0, vmax=1, extent=(0, 1, -0.5, table.shape[2] - 0.5))
        axis.set_title(title), axis.set_xlabel("t (0 noise, 1 picture)"), axis.set_ylabel("layer")
        figure.colorbar(image, ax=axis)
    for kind, name in enumerate(("heads", "groups", "tokens")):
        axes[3].plot(times, table[:, kind].mean(1), label=name)
    axes[3].set_ylim(0, 1.05), axes[3].legend(), axes[3].set_title("mean over layers"), axes[3].set_xlabel("t")
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    plt.close(figure)
    return {f"{t:.2f}": {k: round(float(table[i, j].mean()), 3) for j, k in enumerate(("heads", "groups", "tokens"))} for i, t in enumerate(times)}


MIXTURES = [("cat face", "avocado"), ("dog face", "hamburger"), ("panda", "soccer ball"), ("fox", "strawberry")]
MIXTURES += [("penguin", "rocket"), ("unicorn", "birthday cake"), ("octopus", "balloon"), ("pig face", "doughnut")]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--static", type=Path)
    parser.add_argument("--dynamic", type=Path)
    parser.add_argument("--baseline", type=Path, help="a dynamic model to compare with (the first weights), which has more classes and a decoder of its own")
    parser.add_argument("--baseline-manifest", type=Path)
    parser.add_argument("--baseline-vae", type=Path)
    parser.add_argument("--classifier", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=300, help="pictures for each variant")
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--scale", type=float, default=2.5)
    parser.add_argument("--only", nargs="*", help="these variants alone, or mixtures")
    parser.add_argument("--threads", type=int)
    return parser.parse_args()


def choose_pairs(data, count, generator):
    """(count,) indices: half of pairs held out, half of pairs trained on, shuffled; the same for all variants."""
    unseen = generator.choice(data.test, min(len(data.test), count // 2), False)
    pairs = np.concatenate([unseen, generator.choice(data.train, count - len(unseen), False)])
    generator.shuffle(pairs)
    return pairs


def variants(args):
    """[(name, (weights, manifest), what Gates takes)]; "random" takes the rates that "both on" had."""
    plan = []
    if args.baseline:
        weights = args.baseline, json.loads(args.baseline_manifest.read_text())
        plan += [("first weights, both on", weights, dict(mode="eval")), ("first weights, complete", weights, dict(mode="complete"))]
    if args.static:
        plan += [("static", (args.static, None), dict(mode="complete"))]
    if args.dynamic:
        weights = args.dynamic, None
        plan += [("both on", weights, dict(mode="eval")), ("complete", weights, dict(mode="complete"))]
        plan += [("width only", weights, dict(mode="eval", tokens=False)), ("tokens only", weights, dict(mode="eval", width=False))]
        plan += [("random masks", weights, "random")]
    return plan


def score_vae(vae, judge, data, machine, out):
    """What the VAE keeps of the held-out pictures, in decibels and to the judge, and a side-by-side grid."""
    pictures = vae_.reconstruct(vae, data.images[data.test], machine)
    db = psnr(data.images[data.test], pictures)
    grid(np.stack([p for pair in zip(data.images[data.test[:48]], pictures[:48]) for p in pair]), 12, out / "reconstructions.webp")
    of = lambda images: judge_.accuracy(judge, images, data.cls[data.test], data.style[data.test])
    return {
        "vae": {"held_out_psnr_mean": float(db.mean()), "held_out_psnr_median": float(np.median(db)), "pictures": len(db)},
        "classifier": {"real held out": of(data.images[data.test]), "reconstructed held out": of(pictures)},
    }


def score_pictures(judge, pictures, cls, style, unseen, real):
    """The row of one variant: recognised as asked, over all pictures and over those of pairs unseen or seen, and the distance."""
    logits, styles, features = judge_.judge(judge, pictures)
    row = {"frechet": frechet(real, features.numpy()), **judge_.recognised(logits, styles, cls, style)}
    for key, chosen in (("held out", unseen), ("trained on", ~unseen)):
        if chosen.any():
            row[key] = judge_.recognised(logits[chosen], styles[chosen], cls[chosen], style[chosen])
    return row


def rates_of(trace, num_heads):
    """The mean rate of each kind of gate, for masks drawn at random; unit 0, always on, does not count."""
    mean = lambda i: float(np.mean([np.mean(run[i]) for runs in trace.values() for run in runs]))
    free = lambda share: (share * num_heads - 1) / (num_heads - 1)
    return {"heads": free(mean(0)), "groups": free(mean(1)), "tokens": mean(2)}


def score_memory(data, pictures, pairs, out):
    """Quantiles of the distance to the nearest training picture; of trained pairs, the share whose nearest is the picture
    of that very pair, of held-out ones, the share whose nearest is of the same class; and the nearest pairs as a grid."""
    among, unseen = data.images[data.train], data.held[pairs]
    made, which = nearest(pictures, among)
    truth, whose = nearest(data.images[data.test], among)
    closest = np.argsort(made)[:24]
    grid(np.stack([p for i in closest for p in (pictures[i], among[which[i]])]), 12, out / "nearest.webp")
    found = {"generated, trained pairs": made[~unseen], "generated, held-out pairs": made[unseen], "real held out": truth}
    scores = {name: [round(float(q), 2) for q in np.quantile(d, (0.05, 0.25, 0.5, 0.75, 0.95))] for name, d in found.items() if len(d)}
    own = data.train[which] == pairs
    same = lambda neighbour, asked: data.cls[data.train[neighbour]] == data.cls[asked]
    shares = {"trained pairs: nearest is its own": own[~unseen], "held-out pairs: nearest is of its class": same(which, pairs)[unseen], "real held out: nearest is of its class": same(whose, data.test)}
    return scores | {name: float(hits.mean()) for name, hits in shares.items() if len(hits)}


def draw_mixtures(args, vae, machine, classes):
    """mixtures.webp: of each pair of classes the first, their mean, the second; both toggles on, the first style."""
    wanted = [pair for pair in MIXTURES if all(name in classes for name in pair)]
    if not wanted:
        return
    model = load_model(args.dynamic)
    count = model.config.num_classes
    mixed_classes(model, [[classes.index(name) for name in pair] for pair in wanted])
    labels = np.array([label for m, pair in enumerate(wanted) for label in (classes.index(pair[0]), count + m, classes.index(pair[1]))])
    pictures, _ = generate(model, vae, machine, labels, np.zeros(len(labels), np.int64), lambda: Gates("eval"), args.steps, args.scale, seed=3)
    grid(pictures, 12, args.out / "mixtures.webp")


def main():
    args = arguments()
    machine, data = Machine(args.threads), Pictures(args.data)
    args.out.mkdir(parents=True, exist_ok=True)
    vae, judge = vae_.load(args.vae).eval(), judge_.load(args.classifier)
    path = args.out / "scores.json"
    scores = json.loads(path.read_text()) if path.exists() else {}
    classes, styles = [c["name"] for c in data.meta["classes"]], data.meta["styles"]
    wanted = lambda name: not args.only or name in args.only

    generator = np.random.default_rng(11)
    pairs = choose_pairs(data, args.count, generator)
    cls, style, unseen = data.cls[pairs], data.style[pairs], data.held[pairs]
    if "vae" not in scores:
        scores |= score_vae(vae, judge, data, machine, args.out)
    everything = judge_.judge(judge, data.images[:])[2].numpy()
    real = everything[pairs]
    order = generator.permutation(len(everything))
    half = min(args.count, len(order) // 2)
    scores["floor"] = frechet(everything[order[:half]], everything[order[half : 2 * half]])

    for name, (weights, manifest), gates in variants(args):
        if not wanted(name) or name in scores:
            continue
        if gates == "random":
            if "both on" not in scores:
                raise SystemExit("random masks need the rates of 'both on', which comes first")
            gates = dict(mode="eval", random=scores["both on"]["rates"])
        torch.manual_seed(5)
        model, trace = load_model(weights, manifest, {"classes": classes, "styles": styles} if manifest else None), {}
        decoder = vae_.load(args.baseline_vae).eval() if manifest else vae
        pictures, share = generate(model, decoder, machine, cls, style, lambda: Gates(**gates), args.steps, args.scale, trace=trace)
        scores[name] = {"share": share, **score_pictures(judge, pictures, cls, style, unseen, real)}
        grid(pictures[:120], 12, args.out / f"samples-{name.replace(' ', '-').replace(',', '')}.webp")
        if name == "both on":
            scores[name]["rates"] = rates_of(trace, model.config.num_heads)
            scores["routers"] = plot_routers(trace, args.out / "routers.png")
            scores["nearest"] = score_memory(data, pictures, pairs, args.out)
        write_json(path, scores)
        (args.out / "scores.md").write_text(markdown(scores))
        print(name, {k: v for k, v in scores[name].items() if isinstance(v, float)})

    if args.dynamic and wanted("mixtures"):
        draw_mixtures(args, vae, machine, classes)
    write_json(path, scores)


if __name__ == "__main__":
    main()

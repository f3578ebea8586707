"""The report's plots and tables, from the scores."""

import numpy as np

from common import plotter


def markdown(scores):
    """The table of REPORT.md from scores.json."""
    lines = ["| variant | evaluations | share of multiply-adds | top-1 | top-5 | style | Frechet distance |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    for name, row in scores.items():
        if isinstance(row, dict) and "frechet" in row:
            numbers = " | ".join(f"{row[k]:.3f}" for k in ("top1", "top5", "style"))
            lines.append(f"| {name} | {row['evaluations']} | {row['share']:.2f} | {numbers} | {row['frechet']:.2f} |")
    return "\n".join(lines + [f"| real against real (floor) | | | | | | {scores['floor']:.2f} |"]) + "\n"


def routers(trace, path):
    """Width over timestep, tokens kept over timestep and layer; returns the rates by timestep."""
    times, names, plt = sorted(trace), ("heads", "groups", "tokens"), plotter()
    table = np.array([np.mean([np.array(run, np.float64) for run in trace[t]], 0) for t in times])  # (steps, 3, L)
    if plt:
        figure, found = plt.subplots(1, 4, figsize=(16, 3.4))
        for axis, kind, title in zip(found, range(3), ("heads on", "MLP groups on", "tokens kept")):
            extent = (0, 1, -0.5, table.shape[2] - 0.5)
            image = axis.imshow(table[:, kind].T, aspect="auto", origin="lower", vmin=0, vmax=1, extent=extent)
            axis.set_title(title), axis.set_xlabel("t (0 noise, 1 picture)"), axis.set_ylabel("layer")
            figure.colorbar(image, ax=axis)
        for kind, name in enumerate(names):
            found[3].plot(times, table[:, kind].mean(1), label=name)
        found[3].set_ylim(0, 1.05), found[3].legend(), found[3].set_title("mean over layers"), found[3].set_xlabel("t")
        save(figure, path, plt)
    return {
        f"{t:.2f}": {k: round(float(row[j].mean()), 3) for j, k in enumerate(names)} for t, row in zip(times, table)
    }


def budget(curve, path):
    """Quality over work: [{share, frechet, top1}, ...] of one checkpoint."""
    if not (plt := plotter()):
        return
    figure, found = plt.subplots(1, 2, figsize=(8, 3.4))
    for axis, key, title in zip(found, ("frechet", "top1"), ("Frechet distance", "recognised")):
        axis.plot([point["share"] for point in curve], [point[key] for point in curve], "o-")
        axis.set_xlabel("share of multiply-adds"), axis.set_title(title), axis.grid(alpha=0.3)
    save(figure, path, plt)


def save(figure, path, plt):
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    plt.close(figure)

"""Scores and grids. `python evaluate.py --data CACHE --vae vae.safetensors --model RUN2/model.safetensors [--static
RUN/model.safetensors] --judge RUN3/classifier.pt --out REPORT` writes REPORT/scores.json and .md, grids (WebP) and
plots.

Every variant draws the same pairs from the same noise. The Frechet distance is between the judge's features of the
generated and of the real pictures of the same pairs; its floor is between two random halves of the real ones. A row
that scores.json has is not drawn again, so a run that was killed goes on; for new weights, take a new folder. Long
variants take --steps with guidance of two halves, fast ones --jumps evaluations; budget, seeds, copies and mixtures
are drawn fast where the model has jumps.
"""

import json

import numpy as np

import figures
import scores as score
from checkpoints import load_model
from common import write_json
from options import options
from rows import Bench, score_budget, score_copies, score_mixtures, score_seeds, score_vae, score_variants


def main(argv=None):
    args = options(
        __doc__,
        argv,
        required=["data", "vae", "judge", "out"],
        stage="scores",
        model=None,
        static=None,
        count=300,
        pairs=30,
        mixtures=100,
        steps=25,
        jumps=4,
        scale=2.5,
        learned=0.5,
        budgets=[0.3, 0.4, 0.5, 0.7, 0.85, 1.0],
        threads=int,
    )
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "scores.json"
    found, bench = json.loads(path.read_text()) if path.exists() else {}, Bench(args)

    def save():
        write_json(path, found)
        (args.out / "scores.md").write_text(figures.markdown(found))

    def once(key, make):
        if key not in found:
            found[key] = make()
            save()

    everything = bench.look(bench.data.images)[2].numpy()
    order = np.random.default_rng(12).permutation(len(everything))
    half = min(args.count, len(order) // 2)
    once("floor", lambda: score.frechet(everything[order[:half]], everything[order[half : 2 * half]]))
    once("vae", lambda: score_vae(bench))
    for weights in (args.static, args.model):
        if weights:
            model = bench.machine.put(load_model(weights)).eval()
            score_variants(bench, model, found, save)
    if args.model:
        once("copies", lambda: score_copies(bench, model))
        once("seeds", lambda: score_seeds(bench, model))
        once("mixtures", lambda: score_mixtures(bench, model))
        if model.config.dynamic:
            once("budget", lambda: score_budget(bench, model, args.learned))
    save()
    write_json(args.out / "done.json", sorted(found))


if __name__ == "__main__":
    main()

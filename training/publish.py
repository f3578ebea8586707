"""Puts trained weights on the page: `python publish.py --page FOLDER --report REPORT --latents L [--recipe FILE]`

Copies weights and manifest of export.py to public/models/emoji, its check case to conformance/cases/emoji, the report's
figures to figures/, writes the model card from the scores and the sources, and redraws the end-to-end tests' picture
with PyTorch (e2e/make-picture.py). Refuses weights below the floors, which stand in the recipe.
"""

import json, shutil, subprocess, sys
from pathlib import Path

from options import options

ROOT = Path(__file__).resolve().parents[1]
CARD = """# Model card: the embedded emoji model

A small DyDiT ({parameters:.1f} M parameters: D {hidden_size}, {num_heads} heads, {depth} layers, patch {patch_size})
over {input_size} x {input_size} x {in_channels} latents, and the decoder that turns latents into 128 x 128 pictures.
[training/REPORT.md](../../../training/REPORT.md) has the commands that made it, the figures and the samples.

**What it is for.** Showing, in a browser, what dynamic width and dynamic tokens do to speed and picture. Drawing
{classes} emoji in {styles} styles.

**What it is not for.** Judging DyDiT's quality, or drawing people. Of pairs of class and style that it was trained
on, {copies} of the drawings are copies of a training picture (the report says how that is measured); one pair in ten
was held out.

**Scores.** {count} pictures, half of them of held-out pairs, judged by a classifier that recognises {real:.1%} of
real pictures of such pairs; decoded held-out pictures are at {psnr:.1f} dB.

{table}
**Sampling.** See `manifest.json`.

## Data and licences

Emoji of the sets below, drawn at 128 x 128 on white. The weights are adaptations of them, and these credits travel
with the weights.

| style | set | licence |
| --- | --- | --- |
{sources}
"""


def sources_table(licences):
    """A row for each package, named as its authors name it."""
    return "\n".join(
        f"| {e['style']} | {e['author']} (`{e['package']}`) | [{e['licence']}]({e['text']}) |" for e in licences
    )


def card_of(manifest, meta, scores, table, parameters, count):
    lively = scores["copies"]["lively"]["copies"]
    return CARD.format(
        **{
            k: manifest["dit"][k]
            for k in ("hidden_size", "num_heads", "depth", "patch_size", "input_size", "in_channels")
        },
        parameters=parameters / 1e6,
        classes=len(manifest["classes"]),
        styles=len(manifest["styles"]),
        count=count,
        table=table,
        copies=f"{lively:.0%}",
        real=scores["vae"]["real held out"]["top1"],
        psnr=scores["vae"]["psnr_mean"],
        sources=sources_table(meta["licences"]),
    )


def check_floors(scores, args):
    """Stops where the weights are worse than what may be shown."""
    row = scores.get("fast, both on", scores["both on"])  # as the page draws by default
    found = {"top1": row["top1"], "held-out top1": row["held out"]["top1"], "psnr": scores["vae"]["psnr_mean"]}
    floors = {"top1": args.top1, "held-out top1": args.held_out_top1, "psnr": args.psnr}
    low = [f"{k} {v:.3f} (at least {floors[k]})" for k, v in found.items() if v < floors[k]]
    low += [f"share of work {row['share']:.2f} (at most {args.share})"] if row["share"] > args.share else []
    if low:
        raise SystemExit(f"not published, these weights are below the floors: {', '.join(low)}")


def main(argv=None):
    args = options(
        __doc__,
        argv,
        required=["page", "report", "latents"],
        stage="publish",
        root=str(ROOT),
        top1=0.9,
        held_out_top1=0.85,
        psnr=28.0,
        share=0.6,
        picture=True,
    )
    root, read = Path(args.root), lambda path: json.loads(path.read_text())
    scores, manifest, meta = (
        read(args.report / "scores.json"),
        read(args.page / "manifest.json"),
        read(args.latents / "meta.json"),
    )
    check_floors(scores, args)
    models, case = root / "public" / "models" / "emoji", root / "conformance" / "cases" / "emoji"
    parameters = (args.page / "emoji-dit.safetensors").stat().st_size / (
        1 if manifest["dit"].get("weights") == "int8" else 2
    )
    card = card_of(
        manifest, meta, scores, (args.report / "scores.md").read_text(), parameters, scores["both on"]["pictures"]
    )
    for folder in (models, case, root / "training" / "figures"):
        folder.mkdir(parents=True, exist_ok=True)
    for name in ("emoji-dit.safetensors", "emoji-vae.safetensors", "manifest.json"):
        shutil.copy(args.page / name, models / name)
    shutil.copy(args.page / "check.safetensors", case / "check.safetensors")
    for figure in [*args.report.glob("*.webp"), *args.report.glob("*.png"), args.report / "scores.json"]:
        shutil.copy(figure, root / "training" / "figures" / figure.name)
    (models / "MODEL_CARD.md").write_text(card)
    if args.picture:
        subprocess.run([sys.executable, str(root / "e2e" / "make-picture.py")], check=True)
    print(f"published to {models}")


if __name__ == "__main__":
    main()

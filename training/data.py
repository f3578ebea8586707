"""Renders the emoji sets of sources.py to one cache: `python data.py --out CACHE` (what it holds: pictures.py).

The classes are classes.json (the page's picker in the page's order). A pair is a (class, style); a style may have
several drawings of a thing, and not every style draws every class. Drawings that are all white, or that another
drawing of the same pair already shows, are dropped. Which pairs are held out depends on the seed and the names alone,
so adding a set or a class moves no other pair.
"""

import argparse, json, shutil, subprocess, tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from pictures import held_out, write_pictures
from sources import SOURCES, STYLES, find_drawings

HERE = Path(__file__).resolve().parent
SIZE = 128
SAME = 20.0  # root-mean-square difference of two outlines (of 255) below which they are one drawing


def install(node_dir):
    """npm installs the pinned sets and sharp beside the cache, so that the checkout stays clean."""
    node_dir.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, node_dir / name)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=node_dir, check=True, stdout=subprocess.DEVNULL)


def render(jobs, node_dir, size=SIZE):
    """(n, size, size, 3) uint8, in the order of the jobs."""
    with tempfile.TemporaryDirectory(prefix="dydit-render-") as folder:
        path, out = Path(folder) / "jobs.json", Path(folder) / "pictures.bin"
        path.write_text(json.dumps({"size": size, "jobs": jobs}))
        command = ["node", str(HERE / "render.mjs"), str(path), str(out)]
        process = subprocess.Popen(command, cwd=node_dir, stdout=subprocess.PIPE, text=True)
        with tqdm(total=len(jobs), desc="render", unit="picture", miniters=1) as bar:
            for line in process.stdout:
                bar.update(int(line) - bar.n)
        if process.wait() != 0:
            raise SystemExit(f"render.mjs failed with exit code {process.returncode}")
        return np.fromfile(out, np.uint8).reshape(len(jobs), size, size, 3)


def outline(image, side=32):
    """(side, side, 3) float: what is not white, filling the square, so that a margin makes no drawing new."""
    shown = image.min(2) < 245
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    if not len(rows):
        return np.full((side, side, 3), 255, np.float32)
    cut = Image.fromarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    return np.asarray(cut.resize((side, side), Image.BOX), np.float32)


def distinct(images, pairs):
    """(n,) bool: drawings that show something, and something that no earlier drawing of the same pair does."""
    small = [outline(image) for image in images]
    kept, by_pair = np.zeros(len(images), bool), {}
    for i, pair in enumerate(pairs):
        others = by_pair.setdefault(pair, [])
        new = all(np.sqrt(((small[i] - small[j]) ** 2).mean()) > SAME for j in others)
        if new and images[i].min() < 250:  # all white: librsvg could not draw it
            kept[i] = True
            others.append(i)
    return kept


def chosen(styles, sharp):
    """The sources of these styles (none named: all), without the low-resolution ones where sharp ones are asked."""
    if unknown := set(styles) - set(STYLES):
        raise SystemExit(f"there are no styles {sorted(unknown)}; there are {STYLES}")
    return [s for s in SOURCES if (not styles or s.style in styles) and not (sharp and s.soft)]


def build(out, node_dir, classes, sources=SOURCES, size=SIZE):
    """Writes the cache and returns its meta."""
    styles = list(dict.fromkeys(source.style for source in sources))
    found = [(c, source, job) for source in sources for c, job in find_drawings(source, classes, node_dir)]
    images = render([job for *_, job in found], node_dir, size)
    kept = distinct(images, [(c, source.style) for c, source, _ in found])
    for source in sources:
        dropped = sum(s is source and not k for (_, s, _), k in zip(found, kept))
        print(f"{source.package}: {sum(s is source for _, s, _ in found)} drawings, {dropped} dropped")
    found = [entry for entry, k in zip(found, kept) if k]
    cls = np.array([c for c, *_ in found])
    style = np.array([styles.index(source.style) for _, source, _ in found])
    held = np.array([held_out(classes[c]["name"], source.held_as or source.style) for c, source, _ in found])
    soft = np.array([source.soft for _, source, _ in found])
    licences = [
        {"style": s.style, "package": s.package, "author": s.author, "licence": s.licence, "text": s.text}
        for s in sources
    ]
    meta = {"styles": styles, "licences": licences, "classes": classes}
    return write_pictures(out, np.ascontiguousarray(images[kept]), cls, style, held, soft, meta)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE / "cache" / "data")
    parser.add_argument("--classes", type=Path, default=HERE / "classes.json")
    parser.add_argument("--limit", type=int, help="only the first so many classes (for a try)")
    parser.add_argument("--styles", nargs="*", default=[], help="only these (default: all)")
    parser.add_argument("--sharp", action="store_true", help="without drawings of low resolution")
    args = parser.parse_args(argv)
    args.out = args.out.resolve()  # npm and node run in a folder of their own
    if (args.out / "meta.json").exists():
        return print(f"{args.out} is there")
    node_dir = args.out.parent / "node"
    if not (node_dir / "node_modules" / ".package-lock.json").exists():
        install(node_dir)
    classes = json.loads(args.classes.read_text())[: args.limit]
    meta = build(args.out, node_dir, classes, chosen(args.styles, args.sharp))
    print(f"{meta['pictures']} pictures, {meta['held_out']} held out, sha256 {meta['sha256'][:16]}")


if __name__ == "__main__":
    main()

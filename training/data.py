"""Renders the emoji sets to one uint8 cache: `python data.py --out CACHE`.

CACHE/images.npy   (n, 128, 128, 3) uint8, RGB on white
CACHE/pairs.npz    cls (n,), style (n,) int64 and held (n,) bool: the 10 % of pairs that nothing trains on
CACHE/meta.json    class names, emoji characters, categories, styles, licences, and the sha256 of images.npy

The classes are classes.json (the page's picker in the page's order). A pair is a (class, style) whose set has
an icon of that name; not every set draws every class. Which pairs are held out depends on the seed and the
names alone, so adding a set or a class moves no other pair.
"""
import argparse, hashlib, json, os, re, shutil, subprocess, unicodedata
from pathlib import Path

import numpy as np
from tqdm import tqdm

HERE = Path(__file__).resolve().parent
SIZE = 128
SETS = [  # style on the page, npm package, licence, where the licence text is
    ("Noto", "noto", "Apache-2.0", "https://github.com/googlefonts/noto-emoji/blob/main/svg/LICENSE"),
    ("Noto (blob)", "noto-v1", "Apache-2.0", "https://github.com/googlefonts/noto-emoji/blob/main/svg/LICENSE"),
    ("Twemoji", "twemoji", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    ("Fluent", "fluent-emoji", "MIT", "https://github.com/microsoft/fluentui-emoji/blob/main/LICENSE"),
    ("Fluent flat", "fluent-emoji-flat", "MIT", "https://github.com/microsoft/fluentui-emoji/blob/main/LICENSE"),
    ("EmojiOne", "emojione", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
]
LICENCES = {"Apache-2.0", "MIT", "CC-BY-4.0", "CC0-1.0", "BSD-3-Clause", "ISC"}  # what may go into the weights


def slug(name):
    """'Mrs. Claus' -> 'mrs-claus': the icon name Iconify gives the CLDR name."""
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[’'!.,:“”()&]", "", plain)).strip("-")


def held_out(class_name, style, share=0.1, seed=0):
    """True for the share of pairs that is never trained on; a hash, so it depends on nothing but its arguments."""
    digest = hashlib.sha256(f"{seed}|{class_name}|{style}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share


def install(node_dir):
    """npm installs the pinned sets and sharp beside the cache, so that the checkout stays clean."""
    node_dir.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, node_dir / name)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=node_dir, check=True)


def find_pairs(classes, node_dir):
    """[(class index, style index, icon name)] of every class that a set draws, checking each set's licence."""
    pairs = []
    for s, (style, package, licence, _) in enumerate(SETS):
        root = node_dir / "node_modules" / "@iconify-json" / package
        spdx = json.loads((root / "info.json").read_text())["license"]["spdx"]
        if spdx != licence or spdx not in LICENCES:
            raise SystemExit(f"{package}: its licence is {spdx}, expected {licence} and one of {sorted(LICENCES)}")
        icons = json.loads((root / "icons.json").read_text())
        known = set(icons["icons"]) | set(icons.get("aliases", {}))
        pairs += [(c, s, slug(entry["name"])) for c, entry in enumerate(classes) if slug(entry["name"]) in known]
    return pairs


def render(pairs, node_dir, size=SIZE):
    """(n, size, size, 3) uint8, in the order of pairs."""
    jobs, out = node_dir / "jobs.json", node_dir / "pictures.bin"
    jobs.write_text(json.dumps({"size": size, "icons": [[SETS[s][1], icon] for _, s, icon in pairs]}))
    process = subprocess.Popen(["node", str(HERE / "render.mjs"), str(jobs), str(out)], cwd=node_dir, stdout=subprocess.PIPE, text=True)
    with tqdm(total=len(pairs), desc="render", unit="picture", miniters=1) as bar:
        for line in process.stdout:
            bar.update(int(line) - bar.n)
    if process.wait() != 0:
        raise SystemExit(f"render.mjs failed with exit code {process.returncode}")
    return np.fromfile(out, np.uint8).reshape(len(pairs), size, size, 3)


def build(out, node_dir, classes, size=SIZE):
    """Writes the cache and returns its meta."""
    pairs = find_pairs(classes, node_dir)
    images = render(pairs, node_dir, size)
    drawn = images.reshape(len(pairs), -1).min(1) < 250  # all white: librsvg could not draw it
    for (c, s, icon), ok in zip(pairs, drawn):
        if not ok:
            print(f"dropped {SETS[s][1]}:{icon}, it draws nothing")
    images = np.ascontiguousarray(images[drawn])
    pairs = [pair for pair, ok in zip(pairs, drawn) if ok]
    cls = np.array([c for c, _, _ in pairs]), np.array([s for _, s, _ in pairs])
    held = np.array([held_out(classes[c]["name"], SETS[s][0]) for c, s, _ in pairs])
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "images.npy", images)
    np.savez(out / "pairs.npz", cls=cls[0], style=cls[1], held=held)
    meta = {
        "size": size,
        "pictures": len(pairs),
        "held_out": int(held.sum()),
        "sha256": hashlib.sha256(images.tobytes()).hexdigest(),
        "styles": [style for style, *_ in SETS],
        "licences": [{"style": s, "package": f"@iconify-json/{p}", "licence": l, "text": u} for s, p, l, u in SETS],
        "classes": classes,
    }
    temporary = out / "meta.json.tmp"
    temporary.write_text(json.dumps(meta, ensure_ascii=False, indent=1))
    os.replace(temporary, out / "meta.json")
    return meta


class Pictures:
    """The cache, read: images (n,S,S,3) uint8 (memory-mapped), cls, style, held (n,)."""

    def __init__(self, cache):
        cache = Path(cache)
        if not (cache / "meta.json").exists():
            raise SystemExit(f"{cache} holds no data; run: python data.py --out {cache}")
        self.meta = json.loads((cache / "meta.json").read_text())
        self.images = np.load(cache / "images.npy", mmap_mode="r")
        arrays = np.load(cache / "pairs.npz")
        self.cls, self.style, self.held = arrays["cls"], arrays["style"], arrays["held"]
        self.train = np.flatnonzero(~self.held)
        self.test = np.flatnonzero(self.held)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE / "cache" / "data")
    parser.add_argument("--classes", type=Path, default=HERE / "classes.json")
    parser.add_argument("--limit", type=int, help="only the first so many classes (for a try)")
    args = parser.parse_args()
    args.out = args.out.resolve()  # npm and node run in a folder of their own
    node_dir = args.out / "node"
    install(node_dir)
    meta = build(args.out, node_dir, json.loads(args.classes.read_text())[: args.limit])
    print(f"{meta['pictures']} pictures, {meta['held_out']} held out, sha256 {meta['sha256'][:16]}")

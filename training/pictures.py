"""The cache of pictures that everything is trained on, read, written, packed and unpacked.

CACHE/images.npy   (n, 128, 128, 3) uint8, RGB on white
CACHE/pairs.npz    cls (n,), style (n,) int64, held (n,) bool: the 10 % of pairs that nothing trains on, soft (n,) bool
CACHE/meta.json    class names, emoji characters, categories, styles, sources, licences, and the sha256 of images.npy

`python pictures.py CACHE --pack FILE.zip` and `python pictures.py CACHE --unpack FILE.zip`: the same as lossless
WebP, for a machine that reaches no registry.
"""

import argparse, hashlib, io, json, os, zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from common import write_json


def held_out(class_name, style, share=0.1, seed=0):
    """True for the share of pairs that is never trained on; a hash, so it depends on nothing but its arguments."""
    digest = hashlib.sha256(f"{seed}|{class_name}|{style}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share


class Pictures:
    """The cache, read: images (n,S,S,3) uint8 (memory-mapped), cls, style, held, soft (n,)."""

    def __init__(self, cache):
        cache = Path(cache)
        if not (cache / "meta.json").exists():
            raise SystemExit(f"{cache} holds no data; run: python data.py --out {cache}")
        self.meta = json.loads((cache / "meta.json").read_text())
        self.images = np.load(cache / "images.npy", mmap_mode="r")
        arrays = np.load(cache / "pairs.npz")
        self.cls, self.style, self.held = arrays["cls"], arrays["style"], arrays["held"]
        self.soft = arrays["soft"] if "soft" in arrays else np.zeros(len(self.cls), bool)
        self.train = np.flatnonzero(~self.held)
        self.test = np.flatnonzero(self.held & ~self.soft)  # scores ask for sharp pictures

    def of_pair(self, cls, style):
        """The first drawing (S,S,3) of a thing in this style, or in the first that draws it."""
        drawn = np.flatnonzero(self.cls == cls)
        return self.images[next((i for i in drawn if self.style[i] == style), drawn[0])]


def write_pictures(out, images, cls, style, held, soft, meta):
    """meta.json comes last and whole: a cache without it was not finished."""
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "images.npy", images)
    np.savez(out / "pairs.npz", cls=cls, style=style, held=held, soft=soft)
    meta = {
        "size": int(images.shape[1]),
        "pictures": len(images),
        "held_out": int(held.sum()),
        **meta,
        "sha256": hashlib.sha256(images.tobytes()).hexdigest(),
    }
    write_json(out / "meta.json.tmp", meta)
    os.replace(out / "meta.json.tmp", out / "meta.json")
    return meta


def pack(cache, path):
    data = Pictures(cache)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        for i, image in enumerate(data.images):
            buffer = io.BytesIO()
            Image.fromarray(image).save(buffer, "WEBP", lossless=True, quality=100, method=4)
            file.writestr(f"{i:05d}.webp", buffer.getvalue())
        for name in ("pairs.npz", "meta.json"):
            file.write(Path(cache) / name, name)


def unpack(path, cache):
    """Writes the cache that pack() read; the sha256 says that it is the same."""
    with zipfile.ZipFile(path) as file:
        meta, arrays = json.loads(file.read("meta.json")), np.load(io.BytesIO(file.read("pairs.npz")))
        opened = lambda i: Image.open(io.BytesIO(file.read(f"{i:05d}.webp"))).convert("RGB")
        images = np.stack([np.asarray(opened(i)) for i in range(meta["pictures"])])
    found = write_pictures(Path(cache), images, **{k: arrays[k] for k in ("cls", "style", "held", "soft")}, meta=meta)
    if found["sha256"] != meta["sha256"]:
        raise SystemExit(f"{path} does not hold the pictures that its meta.json speaks of")
    return found


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--unpack", type=Path)
    args = parser.parse_args(argv)
    if args.unpack:
        unpack(args.unpack, args.cache)
    if args.pack:
        pack(args.cache, args.pack)
    print({k: v for k, v in Pictures(args.cache).meta.items() if k in ("pictures", "held_out", "sha256")})


if __name__ == "__main__":
    main()

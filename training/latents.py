"""Pictures to latents, once: `python latents.py --data CACHE --vae vae.safetensors --out LATENTS` for the emoji, or
`python latents.py --images FOLDER --sd-vae DIR --size 256 --out LATENTS` for a folder of one sub-folder a class
(ImageNet's layout) through a Stable Diffusion VAE saved by diffusers.

LATENTS/latents.npy (n,C,S,S) float16 (memory-mapped, so that ImageNet fits), labels.npz (cls, style, held), meta.json
"""
import argparse, json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from common import Machine, to_unit, write_json
from data import Pictures

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


class Latents:
    """The folder, read. latents stays on disk; batch() brings the rows asked for."""

    def __init__(self, folder):
        folder = Path(folder)
        if not (folder / "meta.json").exists():
            raise SystemExit(f"{folder} holds no latents; make them with latents.py")
        self.meta = json.loads((folder / "meta.json").read_text())
        self.latents = np.load(folder / "latents.npy", mmap_mode="r")
        labels = np.load(folder / "labels.npz")
        self.cls, self.style, self.held = labels["cls"], labels["style"], labels["held"]
        self.train, self.test = np.flatnonzero(~self.held), np.flatnonzero(self.held)

    def batch(self, index):
        """(B,C,S,S) float32, cls (B,), style (B,)."""
        rows = torch.from_numpy(np.array(self.latents[index])).float()
        return rows, torch.from_numpy(self.cls[index]), torch.from_numpy(self.style[index])


def centre_crop(image, size):
    """ADM's crop, which the official models trained on: halve while twice too big, then bicubic, then the middle."""
    while min(image.size) >= 2 * size:
        image = image.resize((image.width // 2, image.height // 2), Image.BOX)
    scale = size / min(image.size)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.BICUBIC)
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return image.crop((left, top, left + size, top + size))


def folder_pictures(root, size):
    """(files, cls (n,), class names). Classes are the sub-folders in sorted order, as in torchvision's ImageFolder."""
    classes = sorted(p.name for p in Path(root).iterdir() if p.is_dir())
    if not classes:
        raise SystemExit(f"{root} has no sub-folders; expected one sub-folder of pictures a class")
    files, cls = [], []
    for number, name in enumerate(classes):
        found = sorted(p for p in (Path(root) / name).rglob("*") if p.suffix.lower() in EXTENSIONS)
        if not found:
            raise SystemExit(f"{Path(root) / name} holds no pictures ({', '.join(sorted(EXTENSIONS))})")
        files, cls = files + found, cls + [number] * len(found)
    return files, np.array(cls), classes


@torch.no_grad()
def write(encode, batches, count, out, cls, style, held, meta):
    """Encodes batch by batch into one memory-mapped file. encode(x (B,3,S,S)) -> (B,C,s,s)."""
    out.mkdir(parents=True, exist_ok=True)
    table, row = None, 0
    for x in tqdm(batches, desc="encode", unit="batch"):
        z = encode(x).cpu().numpy().astype(np.float16)
        if not np.isfinite(z).all():
            raise SystemExit("the VAE's latents overflow float16; is its scaling factor right?")
        if table is None:
            table = np.lib.format.open_memmap(out / "latents.npy", "w+", np.float16, (count, *z.shape[1:]))
        table[row : row + len(z)] = z
        row += len(z)
    table.flush()
    np.savez(out / "labels.npz", cls=cls, style=style, held=held)
    write_json(out / "meta.json", {"count": count, "shape": list(table.shape[1:]), **meta})
    sample = table[: min(count, 4096)].astype(np.float32)
    print(f"{count} latents, mean {sample.mean():.3f}, deviation {sample.std():.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="the cache of data.py")
    source.add_argument("--images", type=Path, help="a folder of one sub-folder a class")
    parser.add_argument("--vae", type=Path, help="vae.safetensors of vae.py (with --data)")
    parser.add_argument("--sd-vae", type=Path, help="folder of a diffusers AutoencoderKL (with --images)")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int)
    args = parser.parse_args()
    machine = Machine(args.threads)
    if args.data:
        import vae as small

        data = Pictures(args.data)
        model = small.load(args.vae).to(machine.device).eval()

        def encode(x):
            with machine.autocast():
                return small.moments(model, x.to(machine.device))[0].float()

        n = len(data.images)
        batches = (to_unit(data.images[i : i + args.batch]) for i in range(0, n, args.batch))
        meta = {"classes": data.meta["classes"], "styles": data.meta["styles"]}
        write(encode, batches, n, args.out, data.cls, data.style, data.held, meta)
    else:
        from diffusers import AutoencoderKL

        if not args.sd_vae or not (args.sd_vae / "config.json").exists():
            raise SystemExit("--images needs --sd-vae, a folder with diffusers' config.json and weights")
        model = AutoencoderKL.from_pretrained(args.sd_vae).to(machine.device).eval()
        files, cls, classes = folder_pictures(args.images, args.size)

        def encode(x):  # a sample of the posterior, as the official training takes; drawn once, as it is cached
            with machine.autocast():
                return (model.encode(x.to(machine.device)).latent_dist.sample() * model.config.scaling_factor).float()

        def picture(path):
            with Image.open(path) as image:
                return np.asarray(centre_crop(image.convert("RGB"), args.size))

        torch.manual_seed(0)
        n = len(files)
        batches = (to_unit(np.stack([picture(p) for p in files[i : i + args.batch]])) for i in range(0, n, args.batch))
        write(encode, batches, n, args.out, cls, np.zeros(n, np.int64), np.zeros(n, bool), {"classes": [{"name": name} for name in classes], "styles": []})


if __name__ == "__main__":
    main()

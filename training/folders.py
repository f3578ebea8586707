"""A folder of pictures, one sub-folder a class (ImageNet's layout), to latents of a Stable Diffusion VAE saved by
diffusers: `python folders.py --images FOLDER --sd-vae DIR --size 256 --out LATENTS`. What LATENTS holds: latents.py.
"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from common import to_unit
from latents import write
from machine import Machine
from options import options

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


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


def main(argv=None):
    args = options(
        __doc__, argv, required=["images", "sd_vae", "out"], stage="folders", size=256, batch=16, threads=int
    )
    from diffusers import AutoencoderKL  # needed here alone

    machine = Machine(args.threads)
    if not (args.sd_vae / "config.json").exists():
        raise SystemExit("--sd-vae must be a folder with diffusers' config.json and weights")
    model = machine.put(AutoencoderKL.from_pretrained(args.sd_vae)).eval()
    files, cls, classes = folder_pictures(args.images, args.size)

    def encode(x):  # a sample of the posterior, as the official training takes; drawn once, as it is cached
        with machine.autocast():
            return (model.encode(machine.put(x)).latent_dist.sample() * model.config.scaling_factor).float()

    def picture(path):
        with Image.open(path) as image:
            return np.asarray(centre_crop(image.convert("RGB"), args.size))

    torch.manual_seed(0)
    n = len(files)
    pictures = lambda start: to_unit(np.stack([picture(p) for p in files[start : start + args.batch]]))
    batches = (encode(pictures(start))[:, None] for start in range(0, n, args.batch))
    labels = {"cls": cls, "style": np.zeros(n, np.int64), "held": np.zeros(n, bool)}
    write(batches, n, 1, args.out, labels, {"classes": [{"name": name} for name in classes], "styles": []})


if __name__ == "__main__":
    main()

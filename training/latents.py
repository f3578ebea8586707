"""Pictures to latents, once: `python latents.py --data CACHE --vae vae.safetensors --out LATENTS`. (A folder of
pictures through a Stable Diffusion VAE: folders.py.)

LATENTS/latents.npy (n,K,C,S,S) float16, memory-mapped, so that ImageNet fits: K versions of a picture, the first
plain, the others moved (augment.py); labels.npz (cls, style, held, soft (n,), moves (n,K,6)); meta.json, which is
written last.
"""

import json
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

import autoencoder
from augment import CONDITIONS, MOVES, draw_moves, move
from common import to_unit, write_json
from machine import Machine
from options import options
from pictures import Pictures

RESIDENT = 8 * 2**30  # bytes of latents that are kept on the device; more stay on disk


class Latents:
    """The folder, read. batch() brings the rows asked for, onto the machine's device."""

    def __init__(self, folder, machine):
        folder, self.machine = Path(folder), machine
        if not (folder / "meta.json").exists():
            raise SystemExit(f"{folder} holds no latents; make them with latents.py")
        self.meta = json.loads((folder / "meta.json").read_text())
        self.latents = np.load(folder / "latents.npy", mmap_mode="r")
        if self.latents.nbytes <= RESIDENT:
            self.latents = machine.put(self.latents)
        labels = np.load(folder / "labels.npz")
        self.cls, self.style, self.held = labels["cls"], labels["style"], labels["held"]
        n, self.versions = self.latents.shape[:2]
        self.soft = labels["soft"] if "soft" in labels else np.zeros(n, bool)
        self.moves = machine.put(
            labels["moves"] if "moves" in labels else np.zeros((n, self.versions, len(MOVES)), np.float32)
        )
        self.train, self.test = np.flatnonzero(~self.held), np.flatnonzero(self.held & ~self.soft)
        self.labels = machine.put({"y": self.cls, "s": self.style, "soft": self.soft.astype(np.float32)})

    def rows(self, index, version):
        """index, version (B,) on the device -> (B,C,S,S) float32."""
        if torch.is_tensor(self.latents):
            return self.latents[index, version].float()
        return self.machine.put(self.latents[index.cpu().numpy(), version.cpu().numpy()]).float()

    def conditions(self, index, version):
        """(B,K) what the network is told of these versions: the moves, soft, and no guidance."""
        a = torch.zeros(len(index), len(CONDITIONS), device=index.device)
        a[:, : len(MOVES)], a[:, len(MOVES)] = self.moves[index, version], self.labels["soft"][index]
        return a

    def batch(self, index, version):
        """x (B,C,S,S), {y, s (B,), a (B,K)}: s None where there are no styles, a None where no version is moved."""
        labels = {"y": self.labels["y"][index], "s": self.labels["s"][index] if self.meta["styles"] else None}
        return self.rows(index, version), labels | {
            "a": self.conditions(index, version) if self.meta["styles"] else None
        }

    def draw(self, train, batch, plain=0.3):
        """A batch of the rows `train` (on the device): a share plain, the rest of any other version."""
        device = self.machine.device
        index = train[torch.randint(len(train), (batch,), device=device)]
        version = torch.randint(1, max(2, self.versions), (batch,), device=device) % self.versions
        version = torch.where(torch.rand(batch, device=device) < plain, 0, version)
        return self.batch(index, version)


@torch.no_grad()
def write(batches, count, versions, out, labels, meta):
    """Batches of latents (b,K,C,S,S), in order, into one memory-mapped file."""
    out.mkdir(parents=True, exist_ok=True)
    table, row = None, 0
    for z in tqdm(batches, desc="encode", unit="batch"):
        z = z.cpu().numpy().astype(np.float16)
        if not np.isfinite(z).all():
            raise SystemExit("the VAE's latents overflow float16; is its scaling factor right?")
        if table is None:
            shape = (count, versions, *z.shape[2:])
            table = np.lib.format.open_memmap(out / "latents.npy", "w+", np.float16, shape)
        table[row : row + len(z)] = z
        row += len(z)
    table.flush()
    np.savez(out / "labels.npz", **labels)
    write_json(out / "meta.json", {"count": count, "versions": versions, "shape": list(table.shape[2:]), **meta})
    sample = table[: min(count, 4096), 0].astype(np.float32)
    print(f"{count} pictures in {versions} versions, mean {sample.mean():.3f}, deviation {sample.std():.3f}")


def main(argv=None):
    args = options(
        __doc__, argv, required=["data", "vae", "out"], stage="latents", versions=8, batch=16, seed=0, threads=int
    )
    if (args.out / "meta.json").exists():
        return print(f"{args.out} is there")
    machine, data = Machine(args.threads), Pictures(args.data)
    model, n, K = machine.put(autoencoder.load(args.vae)).eval(), len(data.images), args.versions
    torch.manual_seed(args.seed)
    moves = draw_moves(n * K).view(n, K, len(MOVES))
    moves[:, 0] = 0
    made = machine.put(moves)

    def encode(start):
        """The K versions of up to `batch` pictures, one after the other: the plain ones first."""
        x = machine.put(to_unit(data.images[start : start + args.batch]))  # (b,3,S,S)
        versions = [move(x, made[start : start + args.batch, k]) if k else x for k in range(K)]
        with torch.no_grad(), machine.autocast():
            return torch.stack([model.moments(v)[0].float() for v in versions], 1)  # (b,K,C,s,s)

    labels = {"cls": data.cls, "style": data.style, "held": data.held, "soft": data.soft, "moves": moves.numpy()}
    meta = {"classes": data.meta["classes"], "styles": data.meta["styles"], "licences": data.meta.get("licences", [])}
    write((encode(start) for start in range(0, n, args.batch)), n, K, args.out, labels, meta)


if __name__ == "__main__":
    main()

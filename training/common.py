"""What every stage needs of files: checkpoints that survive a kill, EMA, logs, pictures in and out, grids and plots."""

import csv, json, os
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file


def on_cpu(state):
    """A tree of dicts, lists and tensors with its tensors on the CPU."""
    if isinstance(state, dict):
        return {k: on_cpu(v) for k, v in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(on_cpu(v) for v in state)
    return state.detach().cpu() if torch.is_tensor(state) else state


def save_atomic(state, path):
    """Written beside the target and renamed: a kill at any moment leaves the old checkpoint or the new one. A
    checkpoint says nothing of the device that it was made on."""
    path = Path(path)
    temporary = path.with_name(path.name + ".tmp")
    torch.save(on_cpu(state), temporary)
    with open(temporary, "rb") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)


def load_checkpoint(path):
    """A checkpoint of ours, or None where there is none. weights_only: it runs nothing from the file."""
    return torch.load(path, map_location="cpu", weights_only=True) if Path(path).exists() else None


class Ema:
    """Exponential moving average of a model's parameters, kept where the model is; a short horizon at first, decay
    later."""

    def __init__(self, model, decay=0.9995):
        self.decay, self.updates = decay, 0
        self.shadow = {k: v.detach().clone() for k, v in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model):
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for key, value in model.state_dict().items():
            if value.is_floating_point():
                self.shadow[key].lerp_(value, 1 - decay)
            else:
                self.shadow[key].copy_(value)  # BatchNorm's count of batches

    def state_dict(self):
        return {"shadow": self.shadow, "updates": self.updates}

    def load_state_dict(self, state):
        """In place: a checkpoint comes from the CPU, the shadow stays where the model is."""
        self.updates = state["updates"]
        for key, value in state["shadow"].items():
            self.shadow[key].copy_(value)


def plotter():
    """matplotlib's pyplot without a screen, or None where it is not installed: a run must not end for a plot."""
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


class Log:
    """log.csv in the run's folder, one row every so many steps, and a plot of each column. A resumed run drops
    the rows of steps that it will do again."""

    def __init__(self, folder, first_step=0):
        self.path, self.columns = Path(folder) / "log.csv", None
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [row for row in self.rows() if int(row["step"]) < first_step]
        self.path.unlink(missing_ok=True)
        for row in rows:
            self.write(**row)

    def rows(self):
        if not self.path.exists():
            return []
        with open(self.path, newline="") as file:
            return [row for row in csv.DictReader(file) if None not in row.values()]

    def write(self, **row):
        new = not self.path.exists()
        with open(self.path, "a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)

    def plot(self, path, columns):
        plt = plotter()
        rows = self.rows()
        if len(rows) < 2 or not plt:
            return
        steps = np.array([int(row["step"]) for row in rows])
        figure, axes = plt.subplots(1, len(columns), figsize=(4 * len(columns), 3), squeeze=False)
        for axis, column in zip(axes[0], columns):
            values = np.array([float(row[column]) for row in rows])
            axis.plot(steps, values, lw=0.6, alpha=0.5)
            if len(values) > 20:
                window = max(2, len(values) // 50)
                axis.plot(steps[window - 1 :], np.convolve(values, np.ones(window) / window, "valid"), lw=1.5)
            axis.set_title(column), axis.set_xlabel("step"), axis.grid(alpha=0.3)
        figure.tight_layout()
        figure.savefig(path, dpi=100)
        plt.close(figure)


def to_unit(images):
    """uint8 (n,S,S,3) -> float (n,3,S,S) in -1..1."""
    return torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_pixels(x):
    """float (n,3,S,S) in -1..1 -> uint8 (n,S,S,3), rounding as the page does: clamp(127.5 x + 128)."""
    return (127.5 * x.float() + 128).clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


SAVE_OPTIONS = {".png": {"optimize": True}, ".webp": {"quality": 82, "method": 6}}


def grid(images, columns, path):
    """uint8 (n,S,S,3) -> one PNG or WebP, by the name of the path, rows of so many."""
    n, S = len(images), images.shape[1]
    rows = -(-n // columns)
    sheet = np.full((rows * S, columns * S, 3), 255, np.uint8)
    for i, image in enumerate(images):
        sheet[i // columns * S :][:S, i % columns * S :][:, :S] = image
    Image.fromarray(sheet).save(path, **SAVE_OPTIONS[Path(path).suffix])


def psnr(a, b):
    """(n,) decibels between uint8 pictures (n,S,S,3), over all pixels and channels of a picture."""
    error = ((a.astype(np.float32) - b.astype(np.float32)) ** 2).reshape(len(a), -1).mean(1)
    return 10 * np.log10(255**2 / np.maximum(error, 1e-6))


def write_safetensors(path, tensors, metadata=None):
    save_file(
        {k: v.detach().cpu().contiguous() for k, v in tensors.items()}, str(path), {"format": "pt", **(metadata or {})}
    )


def write_json(path, value):
    Path(path).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")

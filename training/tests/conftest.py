"""Paths and small worlds that the tests share."""
import json, os, subprocess, sys
from pathlib import Path

import numpy as np
import pytest
import torch

TRAINING = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TRAINING))
torch.set_num_threads(1)  # small tensors: on a shared machine two threads mostly wait for each other


def goldens():
    """The conformance cases by the authors' code: DYDIT_GOLDENS, shared/goldens above the checkout, or the repository's copy."""
    tried = [Path(os.environ["DYDIT_GOLDENS"])] if "DYDIT_GOLDENS" in os.environ else []
    tried += [parent / "shared" / "goldens" for parent in TRAINING.parents] + [TRAINING.parent / "conformance" / "cases"]
    for folder in tried:
        found = sorted(p.parent for p in folder.glob("*/case.json") if (p.parent / "model.pt").exists())
        if found:
            return found
    raise FileNotFoundError(f"no goldens in {tried}; set DYDIT_GOLDENS")


def run(script, *arguments, ok=True, launcher=()):
    """Runs a training script as its user does; returns its output, or fails the test with it."""
    command = [sys.executable, *launcher, str(TRAINING / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=900)
    if ok and done.returncode:
        raise AssertionError(f"{script} failed:\n{done.stdout}\n{done.stderr}")
    if not ok and not done.returncode:
        raise AssertionError(f"{script} accepted bad input:\n{done.stdout}")
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """A data cache of data.py's form: 4 classes x 2 styles of 64 x 64, one pair held out."""
    folder, rows = tmp_path_factory.mktemp("data"), []
    colours = np.array([[220, 30, 30], [30, 160, 60], [40, 60, 220], [240, 190, 20]])
    yy, xx = np.mgrid[:64, :64]
    for c in range(4):
        for s in range(2):
            inside = ((xx - 32) ** 2 + (yy - 32) ** 2 < 400) if s == 0 else (abs(xx - 32) + abs(yy - 32) < 24)
            rows.append(np.where(inside[..., None], colours[c], 255).astype(np.uint8))
    cls, style = np.repeat(np.arange(4), 2), np.tile(np.arange(2), 4)
    np.save(folder / "images.npy", np.stack(rows))
    np.savez(folder / "pairs.npz", cls=cls, style=style, held=np.arange(8) == 3)
    classes = [{"name": n, "emoji": "x", "category": "Objects"} for n in ("red", "green", "blue", "yellow")]
    (folder / "meta.json").write_text(json.dumps({"size": 64, "styles": ["disc", "diamond"], "classes": classes}))
    return folder


@pytest.fixture(scope="session")
def latents(tmp_path_factory):
    """Latents of latents.py's form, 4 x 8 x 8, with structure a small model can learn."""
    folder = tmp_path_factory.mktemp("latents")
    generator = np.random.default_rng(0)
    cls, style = np.repeat(np.arange(4), 2), np.tile(np.arange(2), 4)
    means = generator.normal(size=(4, 1, 4, 8, 8)) + 0.3 * generator.normal(size=(1, 2, 4, 8, 8))
    np.save(folder / "latents.npy", means.reshape(8, 4, 8, 8).astype(np.float16))
    np.savez(folder / "labels.npz", cls=cls, style=style, held=np.zeros(8, bool))
    classes = [{"name": str(i), "emoji": "x", "category": "Objects"} for i in range(4)]
    (folder / "meta.json").write_text(json.dumps({"count": 8, "shape": [4, 8, 8], "classes": classes, "styles": ["a", "b"]}))
    return folder

"""Paths and small worlds that the tests share."""
import importlib, io, json, os, subprocess, sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import torch

TRAINING = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TRAINING))
from common import write_safetensors  # noqa: E402
from model import Config, DiT  # noqa: E402

torch.set_num_threads(1)  # small tensors: on a shared machine two threads mostly wait for each other


SEED = int(os.environ.get("SEED", 0))  # of every draw that a test makes; any value must pass


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(SEED)


def goldens():
    """The conformance cases by the authors' code that the repository holds."""
    folder = TRAINING.parent / "conformance" / "cases"
    found = sorted(p.parent for p in folder.glob("*/case.json") if (p.parent / "model.pt").exists())
    if not found:
        raise FileNotFoundError(f"no conformance cases in {folder}")
    return found


def run(script, *arguments, ok=True):
    """Runs a training script's main as its user does, in this process; returns its output, or fails the test with it."""
    output, code = io.StringIO(), None
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(output):
        patch.setattr(sys, "argv", [script, *map(str, arguments)])
        try:
            importlib.import_module(Path(script).stem).main()
        except SystemExit as stop:
            code = stop.code
    said = output.getvalue() + (code if isinstance(code, str) else "")
    assert (code in (None, 0)) == ok, f"{script} {'failed' if ok else 'accepted bad input'}:\n{said}"
    return said


def run_process(*command, ok=True):
    """A command of its own: what several processes do, or one that dies."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(TRAINING)}
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, env=environment, timeout=900)
    assert (done.returncode == 0) == ok, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def mock_dynamic(path, **config):
    """A dynamic flow model of random weights, written to path, whose gates are known at any t: unit 2 of every layer is
    closed, a token is kept where its channel 0 is positive, as the position table makes every second one's."""
    model = DiT(Config(num_heads=4, hidden_size=32, depth=2, num_classes=4, num_styles=2, dynamic=True, **config))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    for block in model.blocks:
        for rate in (block.attn_rate, block.mlp_rate):
            rate.router.bias.data.copy_(torch.tensor([2.0, -2.0, 2.0]))
        for linear, weight in zip(block.token_selection.mlp_head[::2], ([[1.0], [-1.0]], [[1.0, -1.0]])):
            linear.weight.data.zero_()[:, : len(weight[0])] = torch.tensor(weight)
            linear.bias.data.zero_()
    model.pos_embed.data[..., 0] = torch.tensor([4.0, -4.0]).repeat(model.config.tokens // 2)
    write_safetensors(path, model.state_dict())
    return path


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

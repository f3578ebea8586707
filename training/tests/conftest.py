"""Paths and small worlds that the tests share."""

import csv, importlib, io, json, os, subprocess, sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import torch

TRAINING = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TRAINING))
from autoencoder import EMOJI, Autoencoder  # noqa: E402
from common import save_atomic, write_safetensors  # noqa: E402
from judge import Classifier  # noqa: E402
from model import Config, DiT  # noqa: E402
from pictures import write_pictures  # noqa: E402

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
    """Runs a training script's main as its user does, in this process; returns its output, or fails the test with
    it."""
    output, code = io.StringIO(), None
    with redirect_stdout(output), redirect_stderr(output):
        try:
            importlib.import_module(Path(script).stem).main(list(map(str, arguments)))
        except SystemExit as stop:
            code = stop.code
    said = output.getvalue() + (code if isinstance(code, str) else "")
    assert (code in (None, 0)) == ok, f"{script} {'failed' if ok else 'accepted bad input'}:\n{said}"
    return said


def run_process(*command, ok=True, python=True):
    """A command of its own: what several processes do, or one that dies, or a script of the shell."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(TRAINING), "PYTHON": sys.executable}
    command = [*([sys.executable] if python else []), *map(str, command)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)
    assert (done.returncode == 0) == ok, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def losses(folder, column="loss"):
    with open(folder / "log.csv", newline="") as file:
        return [float(row[column]) for row in csv.DictReader(file)]


def mock_dynamic(path, **config):
    """A dynamic flow model of random weights, written to path, whose gates are known at any t: unit 2 of every layer is
    closed, a token is kept where its channel 0 is positive, as the position table makes every second one's."""
    shape = dict(num_heads=4, hidden_size=32, depth=2, num_classes=4, num_styles=2, input_size=8, dynamic=True)
    model = DiT(Config(**shape | config))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    for block in model.blocks:
        for rate in (block.attn_rate, block.mlp_rate):
            rate.router.bias.data.copy_(torch.tensor([2.0, -2.0, 2.0]))
        for linear, weight in zip(block.token_selection.mlp_head[::2], ([[1.0], [-1.0]], [[1.0, -1.0]])):
            linear.weight.data.zero_()[:, : len(weight[0])] = torch.tensor(weight)
            linear.bias.data.zero_()
    model.pos_embed.data[..., 0] = torch.tensor([4.0, -4.0]).repeat(model.config.tokens // 2)
    write_safetensors(path, model.state_dict(), {"config": json.dumps(model.config.asdict())})
    return path


def mock_judge(path, classes=4, styles=2):
    """A judge of random weights in classifier.py's form."""
    model = Classifier(classes, styles)
    save_atomic({"model": model.state_dict(), "classes": classes, "styles": styles}, path)
    return path


SMALL_VAE = {**EMOJI, "block_out_channels": [16, 16, 16, 16]}


def mock_vae(path):
    """A small autoencoder of random weights."""
    write_safetensors(path, Autoencoder(SMALL_VAE).state_dict(), {"config": json.dumps(SMALL_VAE)})
    return path


@pytest.fixture(scope="session")
def tiny():
    """The recipe by which every stage is done in a moment."""
    return ["--recipe", TRAINING / "recipes" / "tiny.json"]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """A cache of pictures.py's form: 4 classes x 2 styles of 64 x 64, the green diamond held out."""
    yy, xx = np.mgrid[:64, :64]
    disc, diamond = (xx - 32) ** 2 + (yy - 32) ** 2 < 400, abs(xx - 32) + abs(yy - 32) < 24
    colours = np.array([[220, 30, 30], [30, 160, 60], [40, 60, 220], [240, 190, 20]])
    images = [
        np.where(inside[..., None], colour, 255).astype(np.uint8) for colour in colours for inside in (disc, diamond)
    ]
    classes = [{"name": n, "emoji": "x", "category": "Objects"} for n in ("red", "green", "blue", "yellow")]
    folder, meta = tmp_path_factory.mktemp("data"), {"styles": ["disc", "diamond"], "classes": classes}
    cls, style = np.repeat(np.arange(4), 2), np.tile(np.arange(2), 4)
    write_pictures(folder, np.stack(images), cls, style, np.arange(8) == 3, np.zeros(8, bool), meta)
    return folder


@pytest.fixture(scope="session")
def latents(tmp_path_factory):
    """Latents of latents.py's form: 8 pictures in 3 versions of 4 x 8 x 8, one pair held out."""
    folder = tmp_path_factory.mktemp("latents")
    generator = np.random.default_rng(SEED)
    cls, style = np.repeat(np.arange(4), 2), np.tile(np.arange(2), 4)
    moves = generator.normal(size=(8, 3, 6)).astype(np.float32)
    moves[:, 0] = 0
    np.save(folder / "latents.npy", generator.normal(size=(8, 3, 4, 8, 8)).astype(np.float16))
    np.savez(folder / "labels.npz", cls=cls, style=style, held=np.arange(8) == 3, soft=np.arange(8) == 5, moves=moves)
    classes = [{"name": str(i), "emoji": "x", "category": "Objects"} for i in range(4)]
    meta = {"count": 8, "versions": 3, "shape": [4, 8, 8], "classes": classes, "styles": ["a", "b"]}
    (folder / "meta.json").write_text(json.dumps(meta))
    return folder

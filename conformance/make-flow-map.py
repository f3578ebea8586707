"""Makes conformance/cases/flow-map: a small model of random weights with all that new weights may have (linear
conditions, jumps, a budget, int8), written by training/export.py, and whole runs of it by the network of training/.

Run: training/.venv/bin/python conformance/make-flow-map.py

manifest.json, emoji-dit.safetensors   as the page reads them, without a VAE
check.safetensors                      one evaluation an item (training/README.md)
runs.json, runs.safetensors            requests of the engine's API, and the latents (images,C,S,S) that they come to
"""

import importlib
import json
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "conformance/cases/flow-map"
sys.path[:0] = [str(ROOT / "training"), str(ROOT / "training/tests"), str(ROOT / "conformance")]
from conftest import mock_vae  # noqa: E402
from augment import CONDITIONS, MOVES  # noqa: E402
from checkpoints import load_into  # noqa: E402
from common import write_safetensors  # noqa: E402
from diffusion import guided  # noqa: E402
from gates import Gates  # noqa: E402
from model import Config, DiT  # noqa: E402
from philox import normals, uniforms  # noqa: E402
from quantise import dequantise  # noqa: E402

STYLES, BLEND, MARGIN = 3, 0.3, 2e-4
SHAPE = dict(input_size=8, patch_size=2, in_channels=8, hidden_size=32, depth=3, num_heads=4, num_classes=4)
CONFIG = Config(**SHAPE, num_styles=STYLES, dynamic=True, conditions=len(CONDITIONS), jump_blocks=1)
MOVES_STREAM = 0xFFFFFFFF

BOTH = {"dynamicWidth": True, "dynamicTokens": True, "guidanceChannels": "all", "preview": "off"}
ONE = [{"classId": 1, "styleId": 0, "weight": 1}]
TWO = [{"classId": 3, "styleId": 1, "weight": 3}, {"classId": 0, "weight": 2}]
REQUESTS = {
    "fast": {"sampler": "flow-jumps", "steps": 4, "guidance": 2.5, "seed": 4294967295, "images": 2, "labels": ONE}
    | {"variation": 0.7, "budget": 0},
    "one jump": {"sampler": "flow-jumps", "steps": 1, "guidance": 1, "seed": 5, "images": 1, "labels": TWO}
    | {"variation": 0, "budget": 1.5},
    "long": {"sampler": "flow-euler", "steps": 6, "guidance": 3, "seed": 7, "images": 2, "labels": TWO}
    | {"variation": 0, "moves": {"mirror": 1, "tilt": 0.5, "shift_y": -0.25}, "budget": -1},
    "two halves": {"sampler": "flow-euler", "steps": 3, "guidance": 2, "seed": 9, "images": 2, "labels": ONE}
    | {"variation": 1, "budget": 0, "guidanceChannels": 2},
    "static": {"sampler": "flow-heun", "steps": 3, "guidance": 1, "seed": 11, "images": 1, "labels": ONE}
    | {"variation": 0, "budget": 0, "dynamicWidth": False, "dynamicTokens": False},
}


def random_model(seed):
    """Weights under which nothing is negligible: activations of about 1, residual gates of about 1/2, router logits
    of both signs."""
    torch.manual_seed(seed)
    model = DiT(CONFIG)
    for name, p in model.named_parameters():
        if name == "pos_embed" or "embedding_table" in name or "a_embedder" in name:
            torch.nn.init.normal_(p, std=0.5)
        elif p.dim() == 1:
            torch.nn.init.normal_(p, std=0.5 if "router" in name or "adaLN" in name else 0.1)
        else:
            torch.nn.init.normal_(p, std=(3 if "router" in name or "mlp_head.2" in name else 1) * p[0].numel() ** -0.5)
    for block in model.blocks:  # about half of the tokens: relu(N(0,1)) has mean 0.4
        last = block.token_selection.mlp_head[2]
        last.bias.data.copy_(-0.4 * last.weight.data.sum(1))
    return model


def export(model, folder):
    """training/export.py's files of the model, without the VAE; the check loses what a VAE made."""
    meta = {"styles": [f"style {i}" for i in range(STYLES)]}
    meta["classes"] = [{"name": f"class {i}", "emoji": "", "category": "Objects"} for i in range(CONFIG.num_classes)]
    curve = [{"shift": s, "share": w, "frechet": 1.0, "top1": 0.5} for s, w in ((-4, 0.2), (0, 0.5), (4, 0.9))]
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        write_safetensors(made / "model.safetensors", model.state_dict(), {"config": json.dumps(CONFIG.asdict())})
        mock_vae(made / "vae.safetensors")
        (made / "meta.json").write_text(json.dumps(meta))
        (made / "scores.json").write_text(json.dumps({"budget": curve}))
        given = {"model": made / "model.safetensors", "vae": made / "vae.safetensors", "latents": made}
        given |= {"scores": made / "scores.json", "out": made / "page"}
        importlib.import_module("export").main(["--int8", *(str(x) for k, v in given.items() for x in (f"--{k}", v))])
        manifest = json.loads((made / "page/manifest.json").read_text())
        del manifest["vae"]
        manifest["name"], manifest["variation"]["style_blend"] = "flow-map", BLEND
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
        (folder / "emoji-dit.safetensors").write_bytes((made / "page/emoji-dit.safetensors").read_bytes())
        check = load_file(made / "page/check.safetensors")
        save_file({k: v for k, v in check.items() if k not in ("z", "image")}, folder / "check.safetensors")


def moves_of(request, seed):
    """(6,) moves of an image, its other style's number and that one's weight; see src/engine/moves.ts."""
    u = uniforms(seed, MOVES_STREAM, 13)
    signed, v = 2 * u - 1, request["variation"]
    zoom = 1.2 * u[2] - 1
    reach = 0.3 - 0.7 * min(float(zoom), 0)
    tilt = torch.special.ndtri(u[1]).clamp(-2, 2) / 2
    drawn = torch.stack([tilt, zoom, reach * signed[3], reach * signed[4], signed[5] ** 3])
    moves = torch.cat([(u[:1] < 0.5).double() * (v > 0), v * drawn * (u[6:11] < 0.7)])
    if "moves" in request:
        moves = torch.tensor([float(request["moves"].get(name, 0)) for name in MOVES])
    return moves.float(), u[11], v * BLEND * u[12]


def labels_of(request, seed):
    """[(class, style, weight), ...] of an image, weights of sum 1: what is asked for, and a pinch of another style."""
    total = sum(label["weight"] for label in request["labels"])
    asked = [(x["classId"], x.get("styleId", STYLES), x["weight"] / total) for x in request["labels"]]
    others = [s for s in range(STYLES) if s not in [style for _, style, _ in asked]]
    _, choice, pinch = moves_of(request, seed)
    if pinch == 0:
        return asked
    other = others[int(choice * len(others))]
    return [(y, s, w * (1 - pinch)) for y, s, w in asked] + [(y, other, w * pinch) for y, _, w in asked]


@torch.no_grad()
def sample(model, request):
    """(images,C,S,S), and how near to the threshold a router's logit came."""
    seeds = [(request["seed"] + k) % 2**32 for k in range(request["images"])]
    labels = [labels_of(request, seed) for seed in seeds]
    y, s, weights = (torch.tensor([[float(row[i]) for row in image] for image in labels]) for i in range(3))
    a = torch.zeros(len(seeds), CONFIG.conditions)
    a[:, : len(MOVES)] = torch.stack([moves_of(request, seed)[0] for seed in seeds])
    folded = request["guidanceChannels"] == "all"
    if folded:
        a[:, CONDITIONS.index("guidance")] = request["guidance"] - 1
    channels = None if folded else request["guidanceChannels"]
    network = model if folded else guided(model, CONFIG, request["guidance"], channels)
    told = {"a": a, "y_weights": weights, "s_weights": weights}
    margins = []

    def predict(z, t, r=None):
        gates = Gates("eval", width=request["dynamicWidth"], tokens=request["dynamicTokens"], shift=request["budget"])
        at = lambda time: None if time is None else torch.full((len(z),), time)
        out = network(z, at(t), y.long(), s.long(), gates=gates, r=at(r), **told)
        margins.append(gates.margin)
        return out

    z = torch.cat([normals(seed, 1, CONFIG.in_channels, CONFIG.input_size, CONFIG.input_size) for seed in seeds])
    steps = request["steps"]
    for i in range(steps):
        t, r = i / steps, (i + 1) / steps
        v = predict(z, t, r if request["sampler"] == "flow-jumps" else None)
        if request["sampler"] == "flow-heun" and i + 1 < steps:
            v = (v + predict(z + v / steps, r)) / 2
        z = z + v / steps
    return z, min(margins)


def main():
    for seed in range(1000):
        export(random_model(seed), FOLDER)
        model = DiT(CONFIG).eval()
        load_into(model, dequantise(load_file(FOLDER / "emoji-dit.safetensors")))
        runs = {name: sample(model, BOTH | request) for name, request in REQUESTS.items()}
        margin = min(m for _, m in runs.values())
        print(f"seed {seed}: logits at least {margin:.1e} from the threshold")
        if margin >= MARGIN:
            break
    save_file({name: z.contiguous() for name, (z, _) in runs.items()}, FOLDER / "runs.safetensors")
    (FOLDER / "runs.json").write_text(json.dumps({k: BOTH | v for k, v in REQUESTS.items()}, indent=1) + "\n")
    for name, (z, _) in runs.items():
        print(f"{name}: {tuple(z.shape)}, deviation {z.std():.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()

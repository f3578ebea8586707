"""Writes what the page reads: `python export.py --model RUN2/model.safetensors --vae vae.safetensors --latents L --out FOLDER`

FOLDER/emoji-dit.safetensors   f16
FOLDER/emoji-vae.safetensors   f16: decoder and post_quant_conv
FOLDER/manifest.json           both configurations, sampling, styles, classes
FOLDER/check.safetensors       with --check: inputs and outputs of the f16 weights in f32 arithmetic
"""
import argparse, json
from pathlib import Path

import torch
from safetensors.torch import load_file

import vae as vae_
from checkpoints import config_of, load_into, read_state
from common import write_json, write_safetensors
from model import DiT, Gates

LIMIT = 24 * 2**20  # bytes shipped in all


def manifest_of(config, meta, name, steps=25, scale=2.5):
    dit = {"file": "emoji-dit.safetensors", "input_size": config.input_size, "patch_size": config.patch_size, "in_channels": config.in_channels, "hidden_size": config.hidden_size}
    dit |= {"depth": config.depth, "num_heads": config.num_heads, "mlp_ratio": config.mlp_ratio, "learn_sigma": config.learn_sigma, "num_classes": config.num_classes}
    dit |= {"num_styles": config.num_styles, "objective": "flow-v", "timestep_scale": 1000}
    sampling = {"sampler": "flow-euler", "steps": steps, "cfg_scale": scale, "cfg_channels": "all"}
    return {"name": name, "dit": dit, "vae": {"file": "emoji-vae.safetensors", **vae_.EMOJI}, "sampling": sampling, "styles": meta["styles"], "classes": meta["classes"]}


def decided_inputs(dit, make, margin=1e-3, tries=1000):
    """The first of make(0), make(1), ... whose router logits all stay `margin` from the threshold, so that masks must
    match exactly whatever the rounding, and what the model says of it: (inputs, gates, output)."""
    for seed in range(tries):
        torch.manual_seed(seed)
        inputs, gates = make(), Gates("eval")
        out = dit(*inputs, gates)
        if gates.margin >= margin:
            return inputs, gates, out
    raise SystemExit(f"none of {tries} inputs keeps every router logit {margin} from the threshold")


@torch.no_grad()
def check_case(dit, vae, margin=1e-3):
    """The form of DESIGN.md's section 5: two items, each a run of its own, and one decode. Timesteps are drawn too:
    the width routers see nothing else, so at a fixed one their logits would never move from the threshold."""
    c = dit.config
    make = lambda: (torch.randn(2, c.in_channels, c.input_size, c.input_size), torch.rand(2), torch.tensor([1, 2]), torch.tensor([0, 1]))
    inputs, gates, out = decided_inputs(dit, make, margin)
    case = {**dict(zip("xtys", inputs)), "out_dynamic": out, "out_complete": dit(*inputs)}
    case |= {k: v.float() for k, v in zip(("attn_mask", "mlp_mask", "token_mask"), gates.stacked())}
    case["z"] = torch.randn(1, c.in_channels, c.input_size, c.input_size)
    case["image"] = vae_.decode(vae, case["z"])
    return case


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--latents", type=Path, required=True, help="its meta.json has the classes and styles")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="emoji")
    parser.add_argument("--num-heads", type=int, default=8)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    meta = json.loads((args.latents / "meta.json").read_text())
    state = {k: v.half() for k, v in read_state(args.model).items()}
    config = config_of(state, args.num_heads, 1000.0)
    if config.num_classes != len(meta["classes"]):
        raise SystemExit(f"the model has {config.num_classes} classes, {args.latents} has {len(meta['classes'])}")
    decoder = {k: v.half() for k, v in load_file(args.vae).items() if k.startswith(("decoder.", "post_quant_conv."))}
    for name, tensors in (("the model", state), ("the VAE", decoder)):
        broken = [k for k, v in tensors.items() if not torch.isfinite(v).all()]
        if broken:
            raise SystemExit(f"{name} has values that float16 cannot hold: {broken[:3]}")
    args.out.mkdir(parents=True, exist_ok=True)
    write_safetensors(args.out / "emoji-dit.safetensors", state)
    write_safetensors(args.out / "emoji-vae.safetensors", decoder)
    write_json(args.out / "manifest.json", manifest_of(config, meta, args.name))
    if args.check:
        dit = DiT(config).eval()
        load_into(dit, {k: v.float() for k, v in state.items()})
        write_safetensors(args.out / "check.safetensors", check_case(dit, vae_.load(args.out / "emoji-vae.safetensors").eval()))
    total = sum((args.out / f).stat().st_size for f in ("emoji-dit.safetensors", "emoji-vae.safetensors", "manifest.json"))
    print(f"{args.out}: {total / 2**20:.1f} MiB")
    if total > LIMIT:
        raise SystemExit(f"that is more than the {LIMIT / 2**20:.0f} MiB the page may ship")


if __name__ == "__main__":
    main()

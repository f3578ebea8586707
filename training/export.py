"""Writes what the page reads: `python export.py --model RUN2/model.safetensors --vae vae.safetensors --latents L
--out FOLDER`

FOLDER/emoji-dit.safetensors   f16, or int8 with --int8 (quantise.py)
FOLDER/emoji-vae.safetensors   f16: decoder and post_quant_conv
FOLDER/manifest.json           both configurations, sampling, styles, classes, and what the weights know besides
(README.md)
FOLDER/check.safetensors       inputs and outputs of the stored weights in f32 arithmetic

--plain leaves out the linear conditions and the jumps: the same network at a = 0, r = t, under the keys that every
engine version reads.
"""

import hashlib
import json
from dataclasses import replace

import torch
from safetensors.torch import load_file

import autoencoder
from augment import CONDITIONS, PINCH
from checkpoints import load_into, load_model
from common import write_json, write_safetensors
from gates import Gates
from model import DiT
from options import options
from quantise import dequantise, quantise

LIMIT = 24 * 2**20  # bytes shipped in all


def manifest_of(config, vae_config, meta, args, told):
    """told: names of the linear inputs, and scores of evaluate.py."""
    keys = (
        "input_size",
        "patch_size",
        "in_channels",
        "hidden_size",
        "depth",
        "num_heads",
        "mlp_ratio",
        "learn_sigma",
        "num_classes",
        "num_styles",
    )
    dit = {
        "file": "emoji-dit.safetensors",
        **{k: getattr(config, k) for k in keys},
        "objective": "flow-v",
        "timestep_scale": 1000,
    }
    vae = {"file": "emoji-vae.safetensors", **{k: v for k, v in vae_config.items() if k != "encoder_channels"}}
    sampling = {"sampler": "flow-euler", "steps": args.steps, "cfg_scale": args.scale, "cfg_channels": "all"}
    manifest = {"name": args.name, "dit": dit, "vae": vae, "sampling": sampling}
    if args.int8:
        dit["weights"] = "int8"
    if told["names"]:
        dit |= {"conditions": config.conditions, "condition_names": told["names"]}
        manifest["variation"] = {"default": args.variation, "style_blend": PINCH if config.num_styles else 0}
    if config.jump_blocks:
        dit["jump_blocks"] = config.jump_blocks
        manifest["fast"] = {"sampler": "flow-jumps", "steps": args.jumps, "cfg_scale": args.scale}
    if curve := told["scores"].get("budget"):
        manifest["budget"] = [{k: point[k] for k in ("shift", "share", "frechet", "top1")} for point in curve]
    return manifest | {"styles": meta["styles"], "classes": meta["classes"]}


def without_unused(config, state):
    """The model without the linear inputs that training never touched, whose columns are all 0: configuration, tensors
    and the names of the inputs that are left."""
    table = state.get("a_embedder.weight", torch.zeros(config.hidden_size, 0))  # (D,conditions)
    used = [i for i in range(table.shape[1]) if table[:, i].any()]
    kept = {k: v for k, v in state.items() if k != "a_embedder.weight"}
    if used:
        kept["a_embedder.weight"] = table[:, used].contiguous()
    return replace(config, conditions=len(used)), kept, [CONDITIONS[i] for i in used]


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
    """The form of DESIGN.md's section 5: two items, each a run of its own, and one decode. Timesteps are drawn too: the
    width routers see nothing else, so at a fixed one their logits would never move from the threshold. With jumps and
    conditions also a (2,K), r (2,) -> out_jump, all gates open."""
    c, labels = dit.config, (torch.tensor([1, 2]), torch.tensor([0, 1]))
    make = lambda: (torch.randn(2, c.in_channels, c.input_size, c.input_size), torch.rand(2), *labels)
    inputs, gates, out = decided_inputs(dit, make, margin)
    case = {**dict(zip("xtys", inputs)), "out_dynamic": out, "out_complete": dit(*inputs)}
    case |= {k: v.float() for k, v in zip(("attn_mask", "mlp_mask", "token_mask"), gates.stacked())}
    if c.conditions:
        case["a"], case["r"] = torch.randn(2, c.conditions), case["t"] + (1 - case["t"]) * torch.rand(2)
        case["out_jump"] = dit(*inputs, a=case["a"], r=case["r"])
    case["z"] = torch.randn(1, c.in_channels, c.input_size, c.input_size)
    case["image"] = vae.decode(case["z"])
    return case


def stored(state, int8, what):
    """What goes into the file, and refuses what the format cannot hold."""
    kept = quantise(state) if int8 else {k: v.half() for k, v in state.items()}
    broken = [k for k, v in kept.items() if not torch.isfinite(v.float()).all()]
    if broken:
        raise SystemExit(f"{what} has values that float16 cannot hold: {broken[:3]}")
    return kept


def main(argv=None):
    args = options(
        __doc__,
        argv,
        required=["model", "vae", "latents", "out"],
        stage="export",
        scores=None,
        name="emoji",
        heads=8,
        steps=25,
        jumps=4,
        scale=2.5,
        variation=1.0,
        plain=False,
        int8=False,
    )
    meta = json.loads((args.latents / "meta.json").read_text())
    dit, vae = load_model(args.model, args.heads), autoencoder.load(args.vae)
    config, state = dit.config, dit.state_dict()
    if config.num_classes != len(meta["classes"]):
        raise SystemExit(f"the model has {config.num_classes} classes, {args.latents} has {len(meta['classes'])}")
    if args.plain:
        config, state = replace(config, jump_blocks=0), {k: v for k, v in state.items() if k != "a_embedder.weight"}
    config, state, names = without_unused(config, state)
    decoder = {k: v for k, v in vae.state_dict().items() if k.startswith(("decoder.", "post_quant_conv."))}
    weights, decoder = stored(state, args.int8, "the model"), stored(decoder, False, "the VAE")
    args.out.mkdir(parents=True, exist_ok=True)
    write_safetensors(args.out / "emoji-dit.safetensors", weights)
    write_safetensors(args.out / "emoji-vae.safetensors", decoder)
    checked = DiT(config).eval()
    load_into(checked, dequantise(load_file(args.out / "emoji-dit.safetensors")))
    vae.load_state_dict({k: v.float() for k, v in decoder.items()}, strict=False)
    if config.dynamic:
        write_safetensors(args.out / "check.safetensors", check_case(checked, vae.eval()))
    scores = json.loads(args.scores.read_text()) if args.scores else {}
    manifest = manifest_of(config, vae.config, meta, args, {"names": names, "scores": scores})
    for part in (manifest["dit"], manifest["vae"]):  # the page holds every byte that arrives against these
        part["sha256"] = hashlib.sha256((args.out / part["file"]).read_bytes()).hexdigest()
    write_json(args.out / "manifest.json", manifest)
    total = sum(
        (args.out / f).stat().st_size for f in ("emoji-dit.safetensors", "emoji-vae.safetensors", "manifest.json")
    )
    print(f"{args.out}: {total / 2**20:.1f} MiB")
    if total > LIMIT:
        raise SystemExit(f"that is more than the {LIMIT / 2**20:.0f} MiB the page may ship")


if __name__ == "__main__":
    main()

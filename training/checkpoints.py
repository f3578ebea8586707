"""Reads weights: ours, a page's safetensors, an official .pt (a plain state dict, or {model, ema, opt, args})."""

import argparse, json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from augment import CONDITIONS
from model import Config, DiT
from quantise import dequantise

ROUTERS = ("attn_rate", "mlp_rate", "token_selection")


def read_state(path):
    """{name: float32 tensor}, int8 widened. A pickle runs nothing: only tensors and argparse's Namespace are let in."""
    path = Path(path)
    if not path.exists():
        raise SystemExit(f"there is no file {path}")
    if path.suffix == ".safetensors":
        state = load_file(path)
    else:
        try:
            with torch.serialization.safe_globals([argparse.Namespace]):
                state = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # a damaged pickle fails in as many ways as it has opcodes
            said = f"{type(error).__name__} {str(error).splitlines()[0]}"
            raise SystemExit(f"{path} is no PyTorch checkpoint that can be read safely: {said}")
        for key in ("ema", "model"):
            if isinstance(state, dict) and isinstance(state.get(key), dict):
                state = state[key].get("shadow", state[key])
                break
    state = dequantise({k: v for k, v in state.items() if torch.is_tensor(v)})
    if "x_embedder.proj.weight" not in state:
        raise SystemExit(f"{path} has no x_embedder.proj.weight, so it is no DiT; its first keys are {list(state)[:3]}")
    return state


def config_of(state, num_heads=None, timestep_scale=1.0, jump_blocks=0):
    """The configuration that a state dict's shapes spell out; the heads need routers, or asking, to be known."""
    hidden, channels, patch, _ = state["x_embedder.proj.weight"].shape
    depth = 1 + max(int(key.split(".")[1]) for key in state if key.startswith("blocks."))
    dynamic = "blocks.0.attn_rate.router.weight" in state
    if dynamic:
        num_heads = state["blocks.0.attn_rate.router.weight"].shape[0] + 1
    official = {384: 6, 768: 12, 1024: 16, 1152: 16}
    num_heads = num_heads or official.get(hidden)
    if not num_heads:
        raise SystemExit(
            f"hidden size {hidden} is no official model's: the number of heads cannot be known; give --heads"
        )
    out = state["final_layer.linear.weight"].shape[0] // patch**2
    if out not in (channels, 2 * channels):
        raise SystemExit(f"the output has {out} channels, the input {channels}; expected {channels} or {2 * channels}")
    rows = lambda key: (
        state[f"{key}.embedding_table.weight"].shape[0] - 1 if f"{key}.embedding_table.weight" in state else 0
    )
    side = round(state["pos_embed"].shape[1] ** 0.5) if "pos_embed" in state else 16
    return Config(
        input_size=side * patch,
        patch_size=patch,
        in_channels=channels,
        hidden_size=hidden,
        depth=depth,
        num_heads=num_heads,
        mlp_ratio=state["blocks.0.mlp.fc1.weight"].shape[0] / hidden,
        num_classes=rows("y_embedder"),
        num_styles=rows("s_embedder"),
        learn_sigma=out == 2 * channels,
        timestep_scale=timestep_scale,
        dynamic=dynamic,
        jump_blocks=jump_blocks,
        conditions=state["a_embedder.weight"].shape[1] if "a_embedder.weight" in state else 0,
    )


def load_into(model, state):
    """Loads state; routers and conditions may be missing (a model becoming dynamic, or told more) or left over."""
    if not model.config.dynamic or not model.config.conditions:
        own = model.state_dict()
        state = {k: v for k, v in state.items() if k in own or not any(r in k for r in (*ROUTERS, "a_embedder"))}
    for key, value in model.state_dict().items():
        if key in state and state[key].shape != value.shape:
            raise SystemExit(
                f"{key} is {tuple(state[key].shape)} in the checkpoint, the model expects {tuple(value.shape)}"
            )
    missing, unexpected = model.load_state_dict(state, strict=False)
    optional = (*ROUTERS, "a_embedder", "pos_embed")
    missing = [k for k in missing if not any(r in k for r in optional)]
    if missing or unexpected:
        raise SystemExit(f"the checkpoint does not fit: it lacks {missing[:3]} and has unknown {unexpected[:3]}")


def load_model(path, heads=8):
    """A flow model of a safetensors file, by the configuration in its metadata, or by its shapes."""
    with safe_open(str(path), "pt") as file:
        written = (file.metadata() or {}).get("config")
    state = read_state(path)
    model = DiT(Config(**json.loads(written)) if written else config_of(state, heads, 1000.0))
    load_into(model, state)
    return model.eval()


def select_rows(state, old, new):
    """Label tables re-ordered by name: old and new are lists of names; the null row stays last. A name that old does
    not have begins as the mean of the others."""
    for key, have, want in (
        ("y_embedder", old["classes"], new["classes"]),
        ("s_embedder", old["styles"], new["styles"]),
    ):
        name = f"{key}.embedding_table.weight"
        if name in state and want:
            table = state[name]
            fresh = table[:-1].mean(0)
            rows = [table[have.index(n)] if n in have else fresh for n in want]
            state[name] = torch.stack([*rows, table[-1]])
    return state


def select_conditions(state, names):
    """The linear conditions' columns, called `names`, put where training has them; a condition they lack begins at 0,
    which is to say that nothing is done with it."""
    if (known := state.get("a_embedder.weight")) is not None:
        state["a_embedder.weight"] = known.new_zeros(len(known), len(CONDITIONS))
        for column, name in enumerate(names):
            state["a_embedder.weight"][:, CONDITIONS.index(name)] = known[:, column]
    return state

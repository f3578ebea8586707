"""A DyDiT-XL/2 with seeded weights, as large as the authors' checkpoint: `python make_model.py OUT.pt`.

2.7 GB of float32; the routers' biases are such that about half of the heads and groups work.
"""

import sys

import torch

D, L, H, P, C, CLASSES, N = 1152, 28, 16, 2, 4, 1000, 256
generator = torch.Generator().manual_seed(7)


def linear(name, rows, columns, scale=1.0):
    weight = torch.empty(rows, columns).normal_(0, scale * columns**-0.5, generator=generator)
    state[f"{name}.weight"] = weight
    state[f"{name}.bias"] = torch.zeros(rows)


state = {"pos_embed": torch.empty(1, N, D).normal_(0, 0.5, generator=generator)}
linear("x_embedder.proj", D, C * P * P)
state["x_embedder.proj.weight"] = state["x_embedder.proj.weight"].view(D, C, P, P)
linear("t_embedder.mlp.0", D, 256)
linear("t_embedder.mlp.2", D, D)
state["y_embedder.embedding_table.weight"] = torch.empty(CLASSES + 1, D).normal_(0, 0.02, generator=generator)
for layer in range(L):
    block = f"blocks.{layer}"
    linear(f"{block}.attn.qkv", 3 * D, D)
    linear(f"{block}.attn.proj", D, D)
    linear(f"{block}.mlp.fc1", 4 * D, D)
    linear(f"{block}.mlp.fc2", D, 4 * D)
    linear(f"{block}.adaLN_modulation.1", 6 * D, D, 0.3)
    for router in ("attn_rate", "mlp_rate"):
        linear(f"{block}.{router}.router", H - 1, D)
    linear(f"{block}.token_selection.mlp_head.0", D // 16, D)
    linear(f"{block}.token_selection.mlp_head.2", 1, D // 16)
linear("final_layer.linear", 2 * C * P * P, D)
linear("final_layer.adaLN_modulation.1", 2 * D, D, 0.3)
torch.save({"ema": state}, sys.argv[1])

"""int8 weights: a matrix, table or kernel (rows, ...) as `name` int8 and `name.scale` float16 (rows,),

    weight[row] = scale[row] * int8[row],    scale[row] >= max |weight[row]| / 127.

Vectors (biases, norms) and the position table stay float16.
"""

import torch


def quantise(state):
    """{name: float tensor} -> {name: int8 or float16, name.scale: float16}."""
    out = {}
    for name, value in state.items():
        if value.dim() < 2 or name == "pos_embed":
            out[name] = value.half()
            continue
        rows = value.float().flatten(1)
        # A little more than max/127, so that no rounding to float16 puts the largest weight out of reach.
        scale = rows.abs().amax(1) / 127 * (1 + 2.0**-10) + 2.0**-25
        scale = scale.clamp(min=2.0**-24).half()  # the smallest float16: a row of zeros stays zero
        out[name] = (rows / scale.float()[:, None]).round().to(torch.int8).view(value.shape)
        out[f"{name}.scale"] = scale
    return out


def dequantise(state):
    """The inverse, in float32; float16 tensors pass through."""
    plain = {k: v for k, v in state.items() if not k.endswith(".scale")}
    rows = lambda k, v: v.float() * state[f"{k}.scale"].float().view(-1, *[1] * (v.dim() - 1))
    return {k: rows(k, v) if v.dtype == torch.int8 else v.float() for k, v in plain.items()}

"""Writes the static network for other runtimes: `python export_onnx.py --model CHECKPOINT --batch 2 --out FOLDER`

FOLDER/conditioning.onnx   t (B,), y (B,), s (B,) where there are styles -> modulation.0 .. L-1 (B,6,D),
                           modulation.final (B,2,D)
FOLDER/fused.onnx          x (B,C,S,S), modulation.* -> out (B,Cout,S,S); attention as one op of onnxruntime's own
FOLDER/plain.onnx          the same, attention of standard ops alone

Two graphs, because what depends on timestep and label alone can be made beforehand for all steps, by any runtime. t is
the timestep as the network takes it (0 to 1000). The width routers and token routers are left out: all gates open.
The graphs are written op by op in the forms that onnxruntime computes fastest: fixed shapes, products of two
dimensions with their bias (Gemm), LayerNormalization and Gelu whole, and what is constant folded into the weights.
"""
import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from checkpoints import config_of, read_state

OPSET, IR = 20, 10  # opset 20 has Gelu
LIMIT = 2**31 - 2**20  # bytes that one protobuf file can have


class Graph:
    """Nodes and constants in the making; every method returns the name of what it adds."""

    def __init__(self, state):
        self.state, self.nodes, self.constants = state, [], {}

    def constant(self, name, values, dtype=np.float32):
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(values, dtype), name))
        return name

    def op(self, kind, *inputs, outputs=1, domain="", **attributes):
        names = [f"{kind}.{len(self.nodes)}.{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def reshape(self, x, *shape):
        return self.op("Reshape", x, self.constant(f"shape.{shape}", shape, np.int64))

    def linear(self, x, name, scale=None, bias=0.0):
        """x (M,K) -> (M,N). scale (N,) multiplies the rows of the weight and the bias; `bias` (N,) is added after."""
        weight, own = self.state[f"{name}.weight"], self.state[f"{name}.bias"]
        if scale is not None:
            weight, own = weight * scale[:, None], own * scale
        return self.op("Gemm", x, self.constant(f"{name}.weight", weight.T), self.constant(f"{name}.bias", own + bias))

    def silu(self, x):
        return self.op("Mul", x, self.op("Sigmoid", x))

    def name(self, x, name):
        """Gives the last op's result `x` the name of an output."""
        assert list(self.nodes[-1].output) == [x]
        self.nodes[-1].output[0] = name

    def model(self, inputs, outputs):
        """inputs, outputs: name -> (element type, shape)"""
        described = lambda given: [helper.make_tensor_value_info(n, *s) for n, s in given.items()]
        constants = list(self.constants.values())
        graph = helper.make_graph(self.nodes, "dit", described(inputs), described(outputs), constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="dydit-web")


def conditioning(state, c, batch):
    """Timestep and labels -> all modulation vectors, 1 already added to the scales."""
    g, D = Graph(state), c.hidden_size
    frequencies = np.exp(-np.log(10000) * np.arange(128, dtype=np.float32) / np.float32(128)).astype(np.float32)
    angle = g.op("Mul", g.reshape("t", batch, 1), g.constant("frequencies", frequencies[None]))  # (B,128)
    embedded = g.op("Concat", g.op("Cos", angle), g.op("Sin", angle), axis=1)  # (B,256)
    condition = g.linear(g.silu(g.linear(embedded, "t_embedder.mlp.0")), "t_embedder.mlp.2")  # (B,D)
    inputs = {"t": (TensorProto.FLOAT, [batch])}
    for label, table in (("y", "y_embedder"), ("s", "s_embedder"))[: 2 if c.num_styles else 1]:
        row = g.op("Gather", g.constant(table, state[f"{table}.embedding_table.weight"]), label)  # (B,D)
        condition, inputs[label] = g.op("Add", condition, row), (TensorProto.INT32, [batch])
    condition = g.silu(condition)
    outputs = modulations(c, batch)
    layers = [(f"blocks.{i}", (0, 1, 0, 0, 1, 0)) for i in range(c.depth)] + [("final_layer", (0, 1))]
    for output, (name, scales) in zip(outputs, layers):
        modulation = g.linear(condition, f"{name}.adaLN_modulation.1", bias=np.repeat(np.float32(scales), D))
        g.name(g.reshape(modulation, batch, len(scales), D), output)
    return g.model(inputs, outputs)


def modulations(c, batch):
    """What passes from one graph to the other, by name."""
    chunks = {f"modulation.{i}": 6 for i in range(c.depth)} | {"modulation.final": 2}
    return {name: (TensorProto.FLOAT, [batch, count, c.hidden_size]) for name, count in chunks.items()}


def evaluation(state, c, batch, fused):
    """Latent and modulation -> prediction. fused: attention is com.microsoft's, else products and a Softmax."""
    g = Graph(state)
    B, N, D, H = batch, c.tokens, c.hidden_size, c.num_heads
    P, S, C, O = c.patch_size, c.input_size, c.in_channels, c.out_channels
    E, side = D // H, S // P
    chunks = lambda name, count: g.op("Split", name, outputs=count, axis=1, num_outputs=count)  # (B,1,D) each
    ones, zeros = g.constant("ones", np.ones(D)), g.constant("zeros", np.zeros(D))
    flat = lambda x: g.reshape(x, B * N, D)
    tokens = lambda x: g.reshape(x, B, N, D)

    def modulated(x, shift, scale):
        normal = g.op("LayerNormalization", x, ones, zeros, axis=-1, epsilon=1e-6)  # (B,N,D)
        return g.op("Add", g.op("Mul", normal, scale), shift)

    def attention(h, name):
        weight, bias = state[f"{name}.qkv.weight"], state[f"{name}.qkv.bias"]
        if fused:
            given = g.constant(f"{name}.qkv.weight", weight.T), g.constant(f"{name}.qkv.bias", bias)
            return flat(g.op("Attention", h, *given, domain="com.microsoft", num_heads=H))
        scale = np.where(np.arange(3 * D) < D, E**-0.5, 1.0).astype(np.float32)  # q alone
        qkv = g.reshape(g.linear(flat(h), f"{name}.qkv", scale), B, N, 3, H, E)
        q, k, v = g.op("Split", g.op("Transpose", qkv, perm=[2, 0, 3, 1, 4]), outputs=3, axis=0, num_outputs=3)
        q, k, v = (g.reshape(part, B, H, N, E) for part in (q, k, v))
        weights = g.op("Softmax", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2])), axis=-1)  # (B,H,N,N)
        return flat(g.op("Transpose", g.op("MatMul", weights, v), perm=[0, 2, 1, 3]))

    kernel = [g.constant(f"patch.{part}", state[f"x_embedder.proj.{part}"]) for part in ("weight", "bias")]
    x = g.op("Conv", "x", *kernel, kernel_shape=[P, P], strides=[P, P])  # (B,D,S/P,S/P)
    x = g.op("Transpose", g.reshape(x, B, D, N), perm=[0, 2, 1])
    x = g.op("Add", x, g.constant("pos_embed", state["pos_embed"]))  # (B,N,D)
    for i in range(c.depth):
        name, (shift1, scale1, gate1, shift2, scale2, gate2) = f"blocks.{i}", chunks(f"modulation.{i}", 6)
        y = g.linear(attention(modulated(x, shift1, scale1), f"{name}.attn"), f"{name}.attn.proj")  # (B*N,D)
        x = g.op("Add", x, g.op("Mul", tokens(y), gate1))
        h = g.op("Gelu", g.linear(flat(modulated(x, shift2, scale2)), f"{name}.mlp.fc1"), approximate="tanh")  # (B*N,F)
        x = g.op("Add", x, g.op("Mul", tokens(g.linear(h, f"{name}.mlp.fc2")), gate2))
    y = g.linear(flat(modulated(x, *chunks("modulation.final", 2))), "final_layer.linear")  # (B*N,P*P*Cout)
    y = g.op("Transpose", g.reshape(y, B, side, side, P, P, O), perm=[0, 5, 1, 3, 2, 4])
    g.name(g.reshape(y, B, O, S, S), "out")
    inputs = {"x": (TensorProto.FLOAT, [B, C, S, S])} | modulations(c, B)
    return g.model(inputs, {"out": (TensorProto.FLOAT, [B, O, S, S])})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--num-heads", type=int, help="where neither routers nor an official size say it")
    args = parser.parse_args()
    state = {key: value.numpy() for key, value in read_state(args.model).items()}
    c = config_of(state, args.num_heads)
    args.out.mkdir(parents=True, exist_ok=True)
    graphs = {"conditioning": conditioning(state, c, args.batch)}
    graphs |= {form: evaluation(state, c, args.batch, form == "fused") for form in ("fused", "plain")}
    for name, model in graphs.items():
        if model.ByteSize() > LIMIT:
            size = f"{model.ByteSize() / 2**30:.1f} GiB"
            raise SystemExit(f"{name}.onnx would have {size}; a file of this form ends at 2 GiB")
        onnx.save(model, args.out / f"{name}.onnx")
    print(f"{args.out}: {', '.join(graphs)}")


if __name__ == "__main__":
    main()

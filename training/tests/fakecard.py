"""A device that computes with real numbers on the CPU and refuses what a graphics card refuses: a tensor of the card
and one of the CPU in one operation (a CPU tensor of no dimensions is let through, as CUDA does). `device="card"` is
then a device like any other: factories make tensors there, .to() moves them, .cpu() brings them back.
"""

import torch
from torch.utils._pytree import tree_flatten, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

MOVES = ("_to_copy", "copy_")  # these two may differ: they are the transport


class Card(torch.Tensor):
    """A tensor that says it is on the card; raw holds its numbers."""

    @staticmethod
    def __new__(cls, raw):
        kept = dict(strides=raw.stride(), storage_offset=raw.storage_offset(), dtype=raw.dtype)
        made = torch.Tensor._make_wrapper_subclass(cls, raw.shape, device=torch.device("card:0"), **kept)
        made.raw = raw
        return made

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return compute(operation, args, kwargs or {})


def compute(operation, args, kwargs):
    name = operation.overloadpacket.__name__
    tensors = [t for t in tree_flatten((args, kwargs))[0] if isinstance(t, torch.Tensor)]
    strangers = [t for t in tensors if not isinstance(t, Card) and t.dim()]
    if strangers and any(isinstance(t, Card) for t in tensors) and name not in MOVES:
        raise RuntimeError(f"{name} mixes the card with a CPU tensor of {tuple(strangers[0].shape)}")
    device = kwargs.get("device")
    stays = torch.device(device).type == "card" if device is not None else True
    plain = dict(kwargs, device=torch.device("cpu")) if device is not None else kwargs
    raw = lambda t: t.raw if isinstance(t, Card) else t
    out = operation(*tree_map(raw, args), **tree_map(raw, plain))
    if name.endswith("_") and not name.startswith("_"):
        return args[0]  # in place: raw has changed
    return tree_map(lambda t: Card(t) if isinstance(t, torch.Tensor) and stays else t, out)


def install():
    """Registers the device, once a process."""
    if getattr(install, "library", None):
        return
    _setup_privateuseone_for_python_backend("card")
    install.library = torch.library.Library("aten", "IMPL")
    for name, overload in (
        ("empty.memory_format", torch.ops.aten.empty.memory_format),
        ("empty_strided", torch.ops.aten.empty_strided.default),
    ):
        install.library.impl(name, lambda *args, _o=overload, **kwargs: compute(_o, args, kwargs), "PrivateUse1")
    install.library.impl("_copy_from", copy_from, "PrivateUse1")


def copy_from(source, target, non_blocking=False):
    """What torch.tensor(numbers, device="card") ends with."""
    raw = lambda t: t.raw if isinstance(t, Card) else t
    raw(target).copy_(raw(source))
    return target

"""The average of two weights of one network: `python average.py --first A [--second B --share 0.6] --out OUT`

OUT = share x A + (1 - share) x B, tensor by tensor; what B lacks, or has in another shape, is A's. After a short stage
that taught new things, the average with the weights it began from keeps both: detail of the old, skills of the new
(Wortsman et al. 2022, arXiv 2109.01903).
--second may be what the page ships, with its manifest as --second-manifest; without it OUT is A. --shift -1 lowers the
logits of all routers, and so makes a smaller share of the work the usual one; training has held them to every budget
(gates.py).
"""

import json

from safetensors import safe_open

from checkpoints import read_state, select_conditions
from common import write_safetensors
from options import options

ROUTER_BIASES = ("_rate.router.bias", "token_selection.mlp_head.2.bias")


def average(first, second, share):
    """{name: tensor} of two state dicts."""
    fits = lambda k, v: k in second and second[k].shape == v.shape
    return {k: share * v + (1 - share) * second[k] if fits(k, v) else v for k, v in first.items()}


def shifted(state, shift):
    """state with `shift` added to the last bias of every router, which is to every logit."""
    return {k: v + shift if k.endswith(ROUTER_BIASES) else v for k, v in state.items()}


def main(argv=None):
    args = options(
        __doc__,
        argv,
        required=["first", "out"],
        stage="average",
        second=None,
        second_manifest=None,
        share=0.5,
        shift=0.0,
    )
    share, second = (args.share, read_state(args.second)) if args.second else (1.0, {})
    if args.second_manifest:
        known = json.loads(args.second_manifest.read_text())
        second = select_conditions(second, known["dit"].get("condition_names", []))
    with safe_open(str(args.first), "pt") as file:
        names = file.metadata() or {}
    state = shifted(average(read_state(args.first), second, share), args.shift)
    made = {"average": json.dumps([share, 1 - share]), "shift": json.dumps(args.shift)}
    write_safetensors(args.out, state, {**names, **made})


if __name__ == "__main__":
    main()

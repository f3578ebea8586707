"""The average of two weights of one network: `python average.py --first A --second B --share 0.6 --out OUT`

OUT = share x A + (1 - share) x B, tensor by tensor; what B lacks, or has in another shape, is A's. After a short stage
that taught new things, the average with the weights it began from keeps both: detail of the old, skills of the new
(Wortsman et al. 2022, arXiv 2109.01903).
"""

import json

from safetensors import safe_open

from checkpoints import read_state
from common import write_safetensors
from options import options


def average(first, second, share):
    """{name: tensor} of two state dicts."""
    fits = lambda k, v: k in second and second[k].shape == v.shape
    return {k: share * v + (1 - share) * second[k] if fits(k, v) else v for k, v in first.items()}


def main(argv=None):
    args = options(__doc__, argv, required=["first", "second", "out"], stage="average", share=0.5)
    with safe_open(str(args.first), "pt") as file:
        names = file.metadata() or {}
    state = average(read_state(args.first), read_state(args.second), args.share)
    write_safetensors(args.out, state, {**names, "average": json.dumps([args.share, 1 - args.share])})


if __name__ == "__main__":
    main()

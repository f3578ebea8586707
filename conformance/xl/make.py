"""What PyTorch makes of the seeded DyDiT-XL/2 of `npm run e2e:xl`: `python make.py FOLDER` (2.7 GB, a minute).

model.pt           e2e/xl/make_model.py's; left as it is where it is there
case.json          as in conformance/cases
case.safetensors   x (2,4,32,32), t, y -> out_dynamic with its masks, out_complete; float32, training/model.py, whose
                   network is held against the authors' own outputs by training/tests
"""

import json
import runpy
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "training"))
from gates import Gates  # noqa: E402
from model import Config, DiT  # noqa: E402

CONFIG = dict(input_size=32, patch_size=2, in_channels=4, hidden_size=1152, depth=28, num_heads=16, num_classes=1000)
MASKS = ("attn_mask", "mlp_mask", "token_mask")

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
path = folder / "model.pt"
if not path.exists():
    sys.argv[1] = str(path)
    runpy.run_path(str(root / "e2e/xl/make_model.py"))
with torch.device("meta"):
    model = DiT(Config(**CONFIG, learn_sigma=True, timestep_scale=1.0, dynamic=True))
state = torch.load(path, mmap=True, weights_only=True)["ema"]
model.load_state_dict(state, assign=True)
model.eval().requires_grad_(False)

torch.manual_seed(12)
x, t, y = torch.randn(2, 4, 32, 32), torch.tensor([37.0, 700.0]), torch.tensor([207, 88])
gates = Gates("eval")
case = {"x": x, "t": t, "y": y.int(), "out_dynamic": model(x, t, y, gates=gates)}
case |= {name: mask.to(torch.uint8) for name, mask in zip(MASKS, gates.stacked(), strict=True)}
case["out_complete"] = model(x, t, y)
save_file({name: value.contiguous() for name, value in case.items()}, folder / "case.safetensors")
rates = {name: case[name].float().mean().item() for name in MASKS}
settings = dict(name="xl", config=CONFIG, cfg_scale=4.0, cfg_channels=3, sampling_steps=1)
(folder / "case.json").write_text(json.dumps(settings | {"margin": gates.margin, "rates": rates}, indent=1) + "\n")
print(f"nearest logit to a threshold {gates.margin:.2e}; rates {rates}")

"""What the page reads: keys, formats, manifest, check case; and what publish.py copies."""

import hashlib
import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import publish
from average import average, shifted
from augment import CONDITIONS, PINCH
from checkpoints import config_of, load_into, load_model, read_state, select_conditions, select_rows
from conftest import SMALL_VAE, mock_dynamic, mock_vae, run
from export import decided_inputs, without_unused
from gates import Gates
from model import Config, DiT
from quantise import dequantise, quantise

TODAY = {"name", "dit", "vae", "sampling", "styles", "classes"}


@pytest.fixture
def exported(latents, tmp_path):
    """A function that exports a mock model with these options, and its folder."""

    def make(*more, **config):
        weights = mock_dynamic(tmp_path / "model.safetensors", in_channels=8, **config)
        vae = mock_vae(tmp_path / "vae.safetensors")
        run("export.py", "--model", weights, "--vae", vae, "--latents", latents, "--out", tmp_path / "page", *more)
        return tmp_path / "page"

    return make


def check(page, state, jump_blocks=0):
    """The check case against the stored weights, by the network's own code: masks to the bit."""
    config = config_of(state, timestep_scale=1000.0, jump_blocks=jump_blocks)
    model, case, gates = DiT(config).eval(), load_file(page / "check.safetensors"), Gates("eval")
    load_into(model, state)
    with torch.no_grad():
        found = model(case["x"], case["t"], case["y"], case["s"], gates)
        if jump_blocks:
            out = model(case["x"], case["t"], case["y"], case["s"], a=case["a"], r=case["r"])
            assert torch.allclose(out, case["out_jump"], atol=1e-5)
    assert gates.margin >= 1e-3 - 1e-5 and torch.allclose(found, case["out_dynamic"], atol=1e-5)
    for mask, key in zip(gates.stacked(), ("attn_mask", "mlp_mask", "token_mask")):
        assert torch.equal(mask, case[key]) and 0 < mask.mean() < 1
    return config


@pytest.mark.parametrize("plain", [False, True])
def test_todays_form(exported, plain):
    """A model without the new inputs, and one with them exported --plain, are files of the same keys."""
    page = exported("--plain", conditions=8, jump_blocks=1) if plain else exported()
    manifest = json.loads((page / "manifest.json").read_text())
    assert set(manifest) == TODAY and "conditions" not in manifest["dit"]
    with safe_open(page / "emoji-dit.safetensors", "pt") as file:
        state = {k: file.get_tensor(k) for k in file.keys()}
    assert all(v.dtype == torch.float16 for v in state.values()) and not any("a_embedder" in k for k in state)
    config = check(page, {k: v.float() for k, v in state.items()})
    for key in (
        "input_size",
        "patch_size",
        "in_channels",
        "hidden_size",
        "depth",
        "num_heads",
        "num_classes",
        "num_styles",
    ):
        assert manifest["dit"][key] == getattr(config, key), key
    assert (
        manifest["vae"]["block_out_channels"] == SMALL_VAE["block_out_channels"]
        and "encoder_channels" not in manifest["vae"]
    )
    for part in (manifest["dit"], manifest["vae"]):
        assert part["sha256"] == hashlib.sha256((page / part["file"]).read_bytes()).hexdigest()
    names = set(load_file(page / "emoji-vae.safetensors"))
    assert not any(k.startswith(("encoder.", "quant_conv.")) for k in names) and "post_quant_conv.weight" in names


def test_what_new_weights_say_of_themselves(exported, tmp_path):
    curve = [{"budget": 0.3, "shift": -3.0, "share": 0.31, "frechet": 2.0, "top1": 0.5, "style": 0.4}]
    (tmp_path / "scores.json").write_text(json.dumps({"budget": curve}))
    page = exported("--int8", "--scores", tmp_path / "scores.json", conditions=8, jump_blocks=1)
    manifest, state = json.loads((page / "manifest.json").read_text()), load_file(page / "emoji-dit.safetensors")
    assert set(manifest) == TODAY | {"fast", "budget", "variation"} and manifest["dit"]["weights"] == "int8"
    assert manifest["variation"] == {"default": 1.0, "style_blend": PINCH}
    assert manifest["dit"]["condition_names"] == list(CONDITIONS) and manifest["dit"]["jump_blocks"] == 1
    assert manifest["budget"] == [{"shift": -3.0, "share": 0.31, "frechet": 2.0, "top1": 0.5}]
    assert state["blocks.0.mlp.fc1.weight"].dtype == torch.int8 and state["blocks.0.mlp.fc1.weight.scale"].shape == (
        128,
    )
    check(page, dequantise(state), jump_blocks=1)


def test_inputs_that_training_never_touched_are_left_out():
    model = DiT(Config(num_heads=4, hidden_size=32, depth=1, num_styles=2, conditions=8))
    model.a_embedder.weight.data[:, [0, 7]] = torch.randn(32, 2)
    config, state, names = without_unused(model.config, model.state_dict())
    assert names == ["mirror", "guidance"] and config.conditions == 2
    assert torch.equal(state["a_embedder.weight"], model.a_embedder.weight[:, [0, 7]])
    model.a_embedder.weight.data.zero_()
    config, state, names = without_unused(model.config, model.state_dict())
    assert names == [] and config.conditions == 0 and "a_embedder.weight" not in state


def test_int8_is_within_half_a_step():
    weight = torch.randn(7, 5, 3) * torch.logspace(-6, 2, 7).view(-1, 1, 1)
    weight[3] = 0
    state = quantise({"a.weight": weight, "a.bias": torch.randn(5), "pos_embed": torch.randn(1, 4, 6)})
    assert {k: v.dtype for k, v in state.items()} == {
        "a.weight": torch.int8,
        "a.weight.scale": torch.float16,
        "a.bias": torch.float16,
        "pos_embed": torch.float16,
    }
    found, step = dequantise(state), state["a.weight.scale"].float().view(-1, 1, 1)
    error = (found["a.weight"] - weight).abs()
    assert (error <= step * 0.5001).all() and (found["a.weight"][3] == 0).all()
    assert (state["a.weight"].flatten(1).abs().amax(1)[4:] >= 126).all() and set(found) == {
        "a.weight",
        "a.bias",
        "pos_embed",
    }


def test_the_check_looks_until_the_masks_are_sure_or_says_so():
    """A model whose width logit is its timestep: the search must draw other timesteps, and give up where there are
    none."""

    def model(x, t, gates):
        gates.nearest.append((t - 0.5).abs().min())
        return x

    make = lambda: (torch.zeros(2), torch.rand(2))
    (_, t), gates, _ = decided_inputs(model, make, margin=0.4)
    assert gates.margin >= 0.4 and (t - 0.5).abs().min() >= 0.4
    with pytest.raises(SystemExit, match="none of 20 inputs"):
        decided_inputs(model, lambda: (torch.zeros(2), torch.tensor([0.2, 0.5])), tries=20)


def test_label_rows_follow_their_names():
    table = torch.arange(12.0).view(4, 3)  # three names and the null row
    old, new = {"classes": ["a", "b", "c"], "styles": []}, {"classes": ["c", "new", "a"], "styles": []}
    found = select_rows({"y_embedder.embedding_table.weight": table}, old, new)["y_embedder.embedding_table.weight"]
    assert found.tolist() == [table[2].tolist(), table[:3].mean(0).tolist(), table[0].tolist(), table[3].tolist()]


def test_training_goes_on_from_what_the_page_ships(tmp_path):
    """int8 weights are widened, and conditions that were left out of the file are there again, doing nothing."""
    state = {"x_embedder.proj.weight": torch.randn(4, 2, 2, 2), "a_embedder.weight": torch.randn(4, 2)}
    save_file(quantise(state), tmp_path / "page.safetensors")
    found = read_state(tmp_path / "page.safetensors")
    for name, value in state.items():
        assert (found[name] - value).abs().max() <= value.abs().max() / 127
    columns = found["a_embedder.weight"]
    widened = select_conditions(found, ["guidance", "mirror"])["a_embedder.weight"]
    guidance, mirror = CONDITIONS.index("guidance"), CONDITIONS.index("mirror")
    assert torch.equal(widened[:, [guidance, mirror]], columns) and widened.abs().sum() == columns.abs().sum()


def test_publishing(exported, latents, tmp_path):
    page = exported()
    shares = {"top1": 0.9, "top5": 1.0, "style": 0.5}
    scores = {
        "both on": {**shares, "share": 0.5, "frechet": 1.0, "evaluations": 50, "pictures": 8, "held out": shares},
        "floor": 2.0,
    }
    scores |= {"vae": {"psnr_mean": 30.0, "real held out": shares}, "copies": {"lively": {"copies": 0.25}}}
    report = tmp_path / "report"
    report.mkdir()
    (report / "scores.json").write_text(json.dumps(scores))
    (report / "scores.md").write_text("| a table |\n")
    command = [
        "publish.py",
        "--page",
        page,
        "--report",
        report,
        "--latents",
        latents,
        "--root",
        tmp_path / "site",
        "--no-picture",
    ]
    meta = json.loads((latents / "meta.json").read_text())
    meta["licences"] = [{"style": "a", "package": "p", "author": "Its Maker", "licence": "MIT", "text": "https://x"}]
    (latents / "meta.json").write_text(json.dumps(meta))
    assert "below the floors" in run(*command, "--top1", 0.95, ok=False) and not (tmp_path / "site").exists()
    run(*command)
    models = tmp_path / "site" / "public" / "models" / "emoji"
    assert (models / "emoji-dit.safetensors").read_bytes() == (page / "emoji-dit.safetensors").read_bytes()
    assert (tmp_path / "site" / "conformance" / "cases" / "emoji" / "check.safetensors").exists()
    card = (models / "MODEL_CARD.md").read_text()
    assert "| a | Its Maker (`p`) | [MIT](https://x) |" in card and "| a table |" in card and "25%" in card


def test_sources_are_named_as_their_authors_name_them():
    import sources

    table = publish.sources_table([vars(s) for s in sources.SOURCES])
    assert "EmojiTwo" in table and "v1), Emoji One" not in table and len(table.splitlines()) == len(sources.SOURCES)


def test_a_safetensors_file_tells_its_configuration(tmp_path):
    path = mock_dynamic(tmp_path / "m.safetensors", jump_blocks=1, conditions=8)
    assert load_model(path).config.jump_blocks == 1


def test_average_of_two_weights():
    first = {"a": torch.tensor([1.0, 2]), "b": torch.ones(2), "c": torch.ones(3)}
    second = {"a": torch.tensor([3.0, 0]), "b": torch.zeros(3)}
    found = average(first, second, 0.25)
    assert found["a"].tolist() == [2.5, 0.5] and torch.equal(found["b"], torch.ones(2)) and "c" in found


def test_a_shift_of_the_routers_is_a_shift_of_the_budget(tmp_path):
    """Weights whose routers are shifted decide, as learned, what the others decide with that shift."""
    path = mock_dynamic(tmp_path / "m.safetensors")
    models, masks = (load_model(path), load_model(path)), []
    models[1].load_state_dict(shifted(read_state(path), -2.5))
    x, t = torch.randn(2, models[0].config.in_channels, 8, 8), torch.tensor([0.1, 0.7])
    y, s = torch.tensor([0, 2]), torch.tensor([1, 0])
    for model, shift in zip(models, (-2.5, 0.0)):
        gates = Gates("eval", shift=shift)
        with torch.no_grad():
            model(x, t, y, s=s, gates=gates)
        masks.append(gates.stacked())
    assert all(torch.equal(a, b) for a, b in zip(*masks))
    before = Gates("eval")
    with torch.no_grad():
        models[0](x, t, y, s=s, gates=before)
    assert not all(torch.equal(a, b) for a, b in zip(before.stacked(), masks[0]))

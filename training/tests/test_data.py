"""The data build: deterministic, licences listed, a tenth held out by name alone."""
import json

import numpy as np
import pytest

import data as data_
from conftest import TRAINING

CLASSES = json.loads((TRAINING / "classes.json").read_text())


@pytest.fixture(scope="module")
def node_dir():
    folder = TRAINING / "cache" / "node"  # kept between runs: the sets are 150 MB
    if not (folder / "node_modules" / "sharp").exists():
        data_.install(folder)
    return folder


def test_build_is_deterministic_and_lists_licences(node_dir, tmp_path):
    chosen = CLASSES[:2] + CLASSES[-2:]
    first, second = (data_.build(tmp_path / name, node_dir, chosen) for name in ("a", "b"))
    assert first == second and first["pictures"] >= 20
    assert (tmp_path / "a" / "images.npy").read_bytes() == (tmp_path / "b" / "images.npy").read_bytes()
    assert {entry["licence"] for entry in first["licences"]} <= data_.LICENCES
    assert [entry["style"] for entry in first["licences"]] == first["styles"] and all(e["text"].startswith("https://") for e in first["licences"])
    read = data_.Pictures(tmp_path / "a")
    assert read.images.shape[1:] == (128, 128, 3) and read.images.dtype == np.uint8
    assert set(read.train) | set(read.test) == set(range(first["pictures"])) and not set(read.train) & set(read.test)
    # every set draws on white: the corners say so for all but a few icons that fill their square
    assert (read.images[:, 0, 0] == 255).all(1).mean() > 0.9


def test_a_licence_that_is_not_free_stops_the_build(node_dir, monkeypatch):
    monkeypatch.setattr(data_, "LICENCES", {"MIT"})
    with pytest.raises(SystemExit, match="licence"):
        data_.find_pairs(CLASSES[:1], node_dir)


def test_a_tenth_is_held_out_by_name():
    drawn = {(c["name"], s[0]): data_.held_out(c["name"], s[0]) for c in CLASSES for s in data_.SETS}
    assert 0.08 < np.mean(list(drawn.values())) < 0.12
    assert drawn == {key: data_.held_out(*key) for key in reversed(drawn)}
    assert data_.held_out("x", "y", share=1.0) and not data_.held_out("x", "y", share=0.0)


def test_at_least_three_hundred_classes_in_six_categories():
    assert len(CLASSES) >= 300 and len({c["name"] for c in CLASSES}) == len(CLASSES)
    assert len({c["category"] for c in CLASSES}) == 6


def test_slugs():
    assert data_.slug("Mrs. Claus") == "mrs-claus" and data_.slug("piñata") == "pinata"

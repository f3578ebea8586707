"""The data build: deterministic, licences listed, a tenth held out by name alone, packed without loss."""

import json

import numpy as np
import pytest

import data as data_
import pictures as pictures_
import sources
from conftest import SEED, TRAINING
from pictures import Pictures, held_out

CLASSES = json.loads((TRAINING / "classes.json").read_text())


@pytest.fixture(scope="module")
def node_dir():
    folder = TRAINING / "cache" / "node"  # kept between runs: the sets are 450 MB
    if not (folder / "node_modules" / "google-16").exists() or not (folder / "node_modules" / "sharp").exists():
        data_.install(folder)
    return folder


def test_build_is_deterministic_and_lists_licences(node_dir, tmp_path):
    chosen = CLASSES[:2] + CLASSES[-2:]
    first, second = (data_.build(tmp_path / name, node_dir, chosen) for name in ("a", "b"))
    assert first == second and first["pictures"] >= 24
    assert (tmp_path / "a" / "images.npy").read_bytes() == (tmp_path / "b" / "images.npy").read_bytes()
    assert {entry["licence"] for entry in first["licences"]} <= sources.LICENCES
    assert {entry["style"] for entry in first["licences"]} == set(first["styles"])
    assert all(entry["text"].startswith("https://") for entry in first["licences"])
    read = Pictures(tmp_path / "a")
    assert read.images.shape[1:] == (128, 128, 3) and read.images.dtype == np.uint8
    assert len(read.train) + read.held.sum() == first["pictures"] and read.held[read.test].all()
    # the six sets that draw every class are there; every set draws on white: the corners say so for all but a few
    assert {(c, s) for c in range(4) for s in range(6)} <= set(zip(read.cls, read.style))
    assert (read.images[:, 0, 0] == 255).all(1).mean() > 0.9
    pictures_.pack(tmp_path / "a", tmp_path / "pictures.zip")
    pictures_.unpack(tmp_path / "pictures.zip", tmp_path / "c")
    assert (tmp_path / "a" / "images.npy").read_bytes() == (tmp_path / "c" / "images.npy").read_bytes()
    assert json.loads((tmp_path / "a" / "meta.json").read_text()) == json.loads(
        (tmp_path / "c" / "meta.json").read_text()
    )


def test_a_licence_that_is_not_free_stops_the_build(node_dir, monkeypatch):
    twemoji = next(s for s in sources.SOURCES if s.style == "Twemoji")
    monkeypatch.setattr(sources, "LICENCES", {"MIT"})
    with pytest.raises(SystemExit, match="licence"):
        sources.find_drawings(twemoji, CLASSES[:1], node_dir)


def test_a_package_that_says_another_licence_stops_the_build(tmp_path):
    root = tmp_path / "node_modules" / "@iconify-json" / "twemoji"
    root.mkdir(parents=True)
    (root / "info.json").write_text(json.dumps({"license": {"spdx": "CC-BY-SA-4.0"}}))
    twemoji = next(s for s in sources.SOURCES if s.style == "Twemoji")
    with pytest.raises(SystemExit, match="CC-BY-SA-4.0"):
        sources.find_drawings(twemoji, CLASSES[:1], tmp_path)


def test_share_alike_sets_stay_out():
    packages = " ".join(source.package for source in sources.SOURCES)
    assert not any(name in packages for name in ("openmoji", "emojione-v1", "emojitwo"))
    assert {source.licence for source in sources.SOURCES} <= sources.LICENCES


def test_a_tenth_is_held_out_by_name():
    drawn = {(c["name"], s): held_out(c["name"], s) for c in CLASSES for s in sources.STYLES}
    assert 0.08 < np.mean(list(drawn.values())) < 0.12
    assert drawn == {key: held_out(*key) for key in reversed(drawn)}
    assert held_out("x", "y", share=1.0) and not held_out("x", "y", share=0.0)


def test_names_that_sets_give_a_drawing():
    palette = {"name": "artist palette", "emoji": "\U0001f3a8"}
    assert sources.drawings_in({"artist-palette", "artist-palette-1", "other"}, palette) == [
        "artist-palette",
        "artist-palette-1",
    ]
    assert sources.drawings_in({"artistpalette", "other"}, palette) == ["artistpalette"]
    assert sources.drawings_in({"artist"}, palette) == []
    assert sources.slug("Mrs. Claus") == "mrs-claus" and sources.slug("piñata") == "pinata"
    assert sources.code_points("\u2764\ufe0f") == "2764-fe0f" and sources.code_points("\u00a9") == "00a9"


def test_one_drawing_counts_once_whatever_its_margin():
    generator = np.random.default_rng(SEED)
    square = np.full((128, 128, 3), 255, np.uint8)
    square[32:96, 32:96] = generator.integers(0, 200, (4, 4, 3), np.uint8).repeat(16, 0).repeat(16, 1)
    larger, other, white = np.full_like(square, 255), np.full_like(square, 255), np.full_like(square, 255)
    larger[:] = 255
    larger[0:128, 0:128] = square[32:96, 32:96].repeat(2, 0).repeat(2, 1)
    other[32:96, 32:96] = 255 - square[32:96, 32:96]
    images = np.stack([square, larger, other, white, larger])
    assert data_.distinct(images, [(0, 0)] * 4 + [(0, 1)]).tolist() == [True, False, True, False, True]


def test_at_least_three_hundred_classes_in_six_categories():
    assert len(CLASSES) >= 300 and len({c["name"] for c in CLASSES}) == len(CLASSES)
    assert len({c["category"] for c in CLASSES}) == 6


def test_styles_are_chosen():
    assert data_.chosen([], False) == sources.SOURCES
    assert {s.style for s in data_.chosen(["Fluent", "Noto"], True)} == {"Fluent", "Noto"}
    assert any(s.soft for s in data_.chosen(["Noto"], False)) and not any(s.soft for s in data_.chosen(["Noto"], True))
    with pytest.raises(SystemExit, match="no styles .*Blob"):
        data_.chosen(["Blob"], False)


def test_the_drawing_of_a_pair(pictures):
    """In the style asked for, and in another where that style does not draw the thing."""
    data = Pictures(pictures)
    assert np.array_equal(data.of_pair(2, 1), data.images[5]) and np.array_equal(data.of_pair(2, 7), data.images[4])

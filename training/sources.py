"""Where the drawings come from, and by which name each set knows a thing. Permissive licences alone: share-alike sets
(openmoji, emojione-v1) and sets whose licence is not stated stay out.
"""

import json, re, unicodedata
from dataclasses import dataclass

LICENCES = {"Apache-2.0", "MIT", "CC-BY-4.0", "CC0-1.0", "BSD-3-Clause", "ISC"}  # what may go into the weights
NOTO = "https://github.com/googlefonts/noto-emoji/blob/main/svg/LICENSE"
BY = "https://creativecommons.org/licenses/by/4.0/"
FLUENT = "https://github.com/microsoft/fluentui-emoji/blob/main/LICENSE"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One package's drawings. folder: of picture files named by code point, else an Iconify icons.json. soft: they are
    smaller than what we render at, and look it."""

    style: str
    package: str  # its folder in node_modules
    licence: str
    text: str  # where the licence can be read
    author: str
    folder: str = ""
    soft: bool = False
    held_as: str = ""  # the name that its pairs are held out by, where the style had another one once


def google(version, style):
    """Drawings of Noto at another age, as packed for emoji-data (whose own licence, MIT, is its code's)."""
    return Source(
        style=style,
        package=f"google-{version}",
        licence="Apache-2.0",
        text=NOTO,
        soft=True,
        folder="img/google/64",
        author=f"Noto Emoji, Google (emoji-datasource-google {version})",
    )


def iconify(style, name, licence, text, author, **more):
    return Source(style=style, package=f"@iconify-json/{name}", licence=licence, text=text, author=author, **more)


SOURCES = [
    iconify("Noto", "noto", "Apache-2.0", NOTO, "Noto Emoji, Google"),
    iconify("Noto (blob)", "noto-v1", "Apache-2.0", NOTO, "Noto Emoji, version 1, Google"),
    iconify("Twemoji", "twemoji", "CC-BY-4.0", BY, "Twemoji, Twitter and contributors (jdecked's fork)"),
    iconify("Fluent", "fluent-emoji", "MIT", FLUENT, "Fluent Emoji, Microsoft"),
    iconify("Fluent flat", "fluent-emoji-flat", "MIT", FLUENT, "Fluent Emoji flat, Microsoft"),
    iconify(
        "EmojiTwo",
        "emojione",
        "CC-BY-4.0",
        BY,
        "EmojiTwo, a fork of Emoji One 2.3 (github.com/EmojiTwo/emojitwo)",
        held_as="EmojiOne",
    ),
    # What Iconify has as Fluent is traced from these: one style, so that a held-out pair is held out in both.
    Source(
        style="Fluent",
        package="@lobehub/fluent-emoji-3d",
        licence="MIT",
        text=FLUENT,
        folder="assets",
        author="Fluent Emoji 3D, Microsoft, packed by LobeHub",
    ),
    iconify("Firefox", "fxemoji", "Apache-2.0", "https://mozilla.github.io/fxemoji/LICENSE.md", "FxEmojis, Mozilla"),
    iconify("Streamline", "streamline-emojis", "CC-BY-4.0", BY, "Streamline Emojis, Streamline (webalys)"),
    google(4, "Noto"),
    google(6, "Noto"),
    google(14, "Noto"),
    google(16, "Noto"),
]
STYLES = list(dict.fromkeys(source.style for source in SOURCES))


def slug(name):
    """'Mrs. Claus' -> 'mrs-claus': the icon name Iconify gives the CLDR name."""
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[’'!.,:“”()&]", "", plain)).strip("-")


def code_points(emoji):
    return "-".join(f"{ord(c):04x}" for c in emoji)


def drawings_in(known, entry):
    """The names in `known` that are drawings of the class: by CLDR name, by CLDR name and a number (several drawings of
    one thing), and by Unicode's own name run together (fxemoji: 'artistpalette')."""
    name = slug(entry["name"])
    found = [n for n in (name, *(f"{name}-{i}" for i in range(1, 6))) if n in known]
    if not found:
        unicode_name = slug(unicodedata.name(entry["emoji"][0], "")).replace("-", "")
        found = [n for n in (name.replace("-", ""), unicode_name) if n and n in known][:1]
    return found


def find_drawings(source, classes, node_dir):
    """[(class index, what render.mjs takes)] of a source, its licence checked against what its package says of
    itself."""
    root = node_dir / "node_modules" / source.package
    if source.licence not in LICENCES:
        raise SystemExit(f"{source.package}: its licence is {source.licence}, expected one of {sorted(LICENCES)}")
    if source.folder:
        known = {path.stem: path for path in (root / source.folder).iterdir()}
        names = lambda e: (code_points(e), code_points(e.replace("\ufe0f", "")), code_points(e) + "-fe0f")
        found = [
            (c, next((known[n] for n in names(entry["emoji"]) if n in known), None)) for c, entry in enumerate(classes)
        ]
        return [(c, {"file": str(path)}) for c, path in found if path]
    spdx = json.loads((root / "info.json").read_text())["license"]["spdx"]
    if spdx != source.licence:
        raise SystemExit(f"{source.package}: its licence is {spdx}, expected {source.licence}")
    icons = json.loads((root / "icons.json").read_text())
    known = set(icons["icons"]) | set(icons.get("aliases", {}))
    return [(c, {"set": source.package, "icon": n}) for c, e in enumerate(classes) for n in drawings_in(known, e)]

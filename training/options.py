"""A stage's options: the command line's over the recipe's over the stage's own defaults.

A recipe is a JSON file with one section a stage, whose keys are the stage's option names (recipes/*.json).
"""

import argparse, json
from pathlib import Path


def options(doc, argv=None, *, required=(), stage=None, **defaults):
    """Namespace of the options: --name for each of `required` (paths) and `defaults`, whose types their values give
    (None: a path; False: a switch), --recipe FILE and, where the stage has several uses, --section NAME."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", type=Path)
    parser.add_argument("--section", default=stage, help="of the recipe")
    for name in required:
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, required=True)
    for name, value in defaults.items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction)
        elif isinstance(value, (list, tuple)):
            parser.add_argument(flag, nargs="*", type=type(value[0]) if value else str)
        else:
            parser.add_argument(flag, type=Path if value is None else value if isinstance(value, type) else type(value))
    given = parser.parse_args(argv)
    recipe = json.loads(given.recipe.read_text()).get(given.section, {}) if given.recipe else {}
    unknown = sorted(set(recipe) - set(defaults))
    if unknown:
        raise SystemExit(
            f"{given.recipe} gives {given.section} the unknown options {unknown}; it has {sorted(defaults)}"
        )
    for name, value in defaults.items():
        if getattr(given, name) is None:
            default = None if isinstance(value, type) else value
            setattr(given, name, recipe.get(name, default))
    return given

"""What a stranger who was once taken for a listed person scores the next time: what the raised threshold rests on.

    python bench/raised_threshold.py FACES [--pack duo] [--people 400]

FACES holds one folder of photos a person. One photo of everybody is listed; of everybody's other photos two are
searched. Counted are the pairs (stranger, listed person) whose first score is among the highest of all: how much
higher is the second? Prints JSON.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from hallwatch.adapters.images import read_image
from hallwatch.adapters.models.library import open_pack
from hallwatch.core.model import Template
from hallwatch.entry.faces_folder import photos_of
from hallwatch.ports import FaceModel
from hallwatch.settings.environment import Environment

WRONG = (20, 100, 500)
"""So many of the highest first scores are taken for wrong alerts."""
SHARES = (0.5, 0.9, 0.95, 0.99)


def template(model: FaceModel, path: Path) -> Template | None:
    """The template of the photo's best face."""
    photo = read_image(path)
    faces = model.detect_photo(photo)
    return model.embed_photo(photo, faces[0]) if faces else None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("faces", type=Path)
    options.add_argument("--pack", default="duo")
    options.add_argument("--people", type=int, default=400)
    wish = options.parse_args()
    environment = Environment.from_environ()
    model = open_pack(wish.pack, home=environment.home, models_from=environment.models)
    listed: list[Template] = []
    first: list[Template] = []
    second: list[Template] = []
    for photos in photos_of(wish.faces).values():
        if len(photos) < 3 or len(listed) == wish.people:
            continue
        three = [template(model, photo) for photo in photos[:3]]
        found = [one for one in three if one is not None]
        if len(found) == 3:
            for into, one in zip((listed, first, second), found, strict=True):
                into.append(one)
    once = np.stack(first) @ np.stack(listed).T
    again = np.stack(second) @ np.stack(listed).T
    others = ~np.eye(len(listed), dtype=bool)
    once, again = once[others], again[others]
    order = np.argsort(-once)
    report = {
        "pack": wish.pack,
        "people": len(listed),
        "pairs": int(once.size),
        "wrong": [
            {
                "highest": count,
                "first_from": round(float(once[order[count - 1]]), 4),
                "second_minus_first": {
                    str(share): round(float(np.quantile((again - once)[order[:count]], share)), 4)
                    for share in SHARES
                },
                "second_above_first": round(float(((again > once)[order[:count]]).mean()), 4),
            }
            for count in WRONG
        ],
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()

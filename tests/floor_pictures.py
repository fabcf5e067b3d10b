"""Floor plans for tests, of schools that do not exist."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

SIZE = (1200, 700)
ROOMS = (
    ("Library", (40, 40, 360, 260)),
    ("Room 1", (360, 40, 560, 260)),
    ("Room 2", (560, 40, 760, 260)),
    ("Room 3", (760, 40, 960, 260)),
    ("Gym", (960, 40, 1160, 460)),
    ("Office", (40, 380, 300, 660)),
    ("Entrance hall", (300, 380, 620, 660)),
    ("Cafeteria", (620, 380, 960, 660)),
)


def floor_png(rooms: tuple[tuple[str, tuple[int, int, int, int]], ...] = ROOMS) -> bytes:
    """A drawing as many programs save it: black lines on nothing."""
    picture = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 40, 1160, 660), outline=(60, 70, 80, 255), width=8)
    for name, box in rooms:
        draw.rectangle(box, outline=(60, 70, 80, 255), width=4)
        draw.text(
            ((box[0] + box[2]) / 2, box[1] + 24), name, fill=(90, 100, 110, 255), anchor="mm", font_size=22
        )
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()

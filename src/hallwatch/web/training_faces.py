"""The faces of the practice alerts: drawn by numbers, nobody's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

WIDTH, HEIGHT = 240, 240


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a box of WIDTH x HEIGHT; lengths are its pixels, colours CSS's."""

    skin: str = "#d9a47e"
    shade: str = "#bf8660"
    hair: str = "#3a2a20"
    half_width: int = 56
    chin: int = 196
    eye_gap: int = 27
    eye_line: int = 114
    nose: int = 11
    mouth: int = 19
    ears: int = 9
    brow: int = 4
    hairline: str = "short"
    beard: bool = False
    glasses: bool = False
    cap: bool = False
    mark: bool = False
    shirt: str = "#4c6a88"
    turn: int = 0
    blur: float = 0.0
    dark: float = 0.0


ROBIN = Face(mark=True)
SAM = Face(skin="#8d5f43", shade="#6f4830", hair="#17110e", nose=12, chin=188, cap=True, glasses=True)
KIM = Face(skin="#e6bd9c", shade="#cd9c78", hair="#7a5330", eye_gap=25, mouth=16, hairline="long")
JO = Face(skin="#c98f68", shade="#a97049", hair="#241a14", ears=6, mark=True, nose=10, brow=5)

PICTURES: dict[str, tuple[Face, Face]] = {
    "years-later": (
        ROBIN,
        replace(
            ROBIN, beard=True, glasses=True, hairline="bald", shirt="#6b4a3a", turn=4, dark=0.12, blur=0.5
        ),
    ),
    "hat-and-glasses": (SAM, replace(SAM, nose=17, chin=202, half_width=51, eye_gap=22, mouth=23, blur=0.5)),
    "far-away": (KIM, replace(KIM, blur=7.5, dark=0.35, turn=16, shirt="#3d3d46")),
    "like-brothers": (
        JO,
        replace(JO, mark=False, ears=14, chin=201, hairline="parted", shirt="#7d3f46", turn=-4, blur=0.4),
    ),
}
"""By practice alert: the listed photo, and the camera shot."""


def pictures(case: str) -> tuple[Markup, Markup]:
    """The two pictures of a practice alert, as SVG."""
    listed, shot = PICTURES[case]
    return drawn(listed, f"{case}-listed", "#dfe5ec"), drawn(shot, f"{case}-shot", "#9aa3ab")


def drawn(face: Face, name: str, wall: str) -> Markup:
    """A face as SVG; ``name`` tells its filter from others of the page. For the eye alone: hidden from readers."""
    blur = f'<filter id="{name}"><feGaussianBlur stdDeviation="{face.blur}"/></filter>' if face.blur else ""
    soft = f' filter="url(#{name})"' if face.blur else ""
    parts = (_shoulders(face), _ears(face), _head(face), _hair(face), _features(face), _worn(face))
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">{blur}'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{wall}"/>'
        f"<g{soft}>{''.join(parts)}</g>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#000" opacity="{face.dark}"/></svg>'
    )


def _shoulders(face: Face) -> str:
    neck = f'<rect x="98" y="{face.chin - 26}" width="44" height="70" fill="{face.shade}"/>'
    return (
        neck
        + f'<path d="M20 {HEIGHT} Q28 214 92 206 Q120 222 148 206 Q212 214 220 {HEIGHT} Z" fill="{face.shirt}"/>'
    )


def _ears(face: Face) -> str:
    return "".join(
        f'<ellipse cx="{120 + side * (face.half_width + face.ears // 3)}" cy="{face.eye_line + 10}" rx="{face.ears}"'
        f' ry="17" fill="{face.shade}"/>'
        for side in (-1, 1)
    )


def _head(face: Face) -> str:
    left, right, jaw = 120 - face.half_width, 120 + face.half_width, face.half_width * 0.62
    path = (
        f"M{left} 100 Q{left} 42 120 42 Q{right} 42 {right} 100 Q{right} {face.chin - 34} {120 + jaw:.0f}"
        f" {face.chin - 12} Q120 {face.chin + 12} {120 - jaw:.0f} {face.chin - 12} Q{left} {face.chin - 34} {left} 100"
        " Z"
    )
    beard = ""
    if face.beard:
        beard = (
            f'<path d="M{left + 1} 132 Q{left + 4} {face.chin - 30} {120 - jaw:.0f} {face.chin - 11} Q120'
            f" {face.chin + 14}"
            f" {120 + jaw:.0f} {face.chin - 11} Q{right - 4} {face.chin - 30} {right - 1} 132 Q{right - 14} 152 146 150"
            f' Q120 142 94 150 Q{left + 14} 152 {left + 1} 132 Z" fill="{face.hair}" opacity=".85"/>'
        )
    return f'<path d="{path}" fill="{face.skin}"/>{beard}'


def _hair(face: Face) -> str:
    left, right = 120 - face.half_width, 120 + face.half_width
    cut = {
        "short": f"M{left - 3} 104 Q{left - 8} 30 120 28 Q{right + 8} 30 {right + 3} 104 Q{right - 4} 74 {right - 22}"
        f" 70 Q120 62 {left + 22} 70 Q{left + 4} 74 {left - 3} 104 Z",
        "parted": f"M{left - 3} 104 Q{left - 8} 28 120 26 Q{right + 8} 30 {right + 3} 104 Q{right - 6} 82 {right - 18}"
        f" 76 Q126 74 98 54 Q{left + 16} 66 {left - 3} 104 Z",
        "long": f"M{left - 12} 190 Q{left - 20} 28 120 26 Q{right + 20} 28 {right + 12} 190 L{right - 4} 190"
        f" Q{right + 2} 96 {right - 20} 74 Q120 66 {left + 20} 74 Q{left - 2} 96 {left + 4} 190 Z",
        "bald": f"M{left - 2} 112 Q{left - 4} 84 {left + 6} 72 Q{left + 6} 92 {left + 3} 112 Z M{right + 2} 112"
        f" Q{right + 4} 84 {right - 6} 72 Q{right - 6} 92 {right - 3} 112 Z",
    }[face.hairline]
    return f'<path d="{cut}" fill="{face.hair}"/>'


def _features(face: Face) -> str:
    middle, line = 120 + face.turn, face.eye_line
    eyes = "".join(
        f'<ellipse cx="{middle + side * face.eye_gap}" cy="{line}" rx="10" ry="5.5" fill="#fbfaf7"/>'
        f'<circle cx="{middle + side * face.eye_gap}" cy="{line}" r="4.6" fill="#2b2018"/>'
        f'<path d="M{middle + side * face.eye_gap - 13} {line - 13} q13 -{face.brow + 2} 26 0" fill="none"'
        f' stroke="{face.hair}" stroke-width="{face.brow}" stroke-linecap="round"/>'
        for side in (-1, 1)
    )
    nose = (
        f'<path d="M{middle - 4} {line + 4} Q{middle - 5} {line + 26} {middle - face.nose} {line + 33} Q{middle}'
        f' {line + 43} {middle + face.nose} {line + 33}" fill="none" stroke="{face.shade}" stroke-width="4"'
        f' stroke-linecap="round"/>'
    )
    lips = line + 54 + (face.chin - 190) // 3
    mouth = (
        f'<path d="M{middle - face.mouth} {lips} Q{middle} {lips - 6} {middle + face.mouth} {lips} Q{middle}'
        f' {lips + 10} {middle - face.mouth} {lips} Z" fill="#a3544a"/>'
    )
    mark = f'<circle cx="{middle + 34}" cy="{line + 30}" r="3.6" fill="#4a2c1d"/>' if face.mark else ""
    return eyes + nose + mouth + mark


def _worn(face: Face) -> str:
    middle, line, worn = 120 + face.turn, face.eye_line, ""
    if face.glasses:
        rims = "".join(
            f'<rect x="{middle + side * face.eye_gap - 17}" y="{line - 12}" width="34" height="25" rx="9" fill="none"'
            f' stroke="#1d1d22" stroke-width="3.5"/>'
            for side in (-1, 1)
        )
        inner = face.eye_gap - 17
        worn += f'{rims}<path d="M{middle - inner} {line} h{2 * inner}" stroke="#1d1d22" stroke-width="3.5"/>'
    if face.cap:
        left, right = 120 - face.half_width - 6, 120 + face.half_width + 6
        worn += (
            f'<path d="M{left} 88 Q{left} 22 120 22 Q{right} 22 {right} 88 Z" fill="#2f5d46"/>'
            f'<path d="M{left - 10} 90 Q120 68 {right + 10} 90 Q120 100 {left - 10} 90 Z" fill="#234735"/>'
        )
    return worn

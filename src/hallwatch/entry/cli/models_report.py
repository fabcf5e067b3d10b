"""What the models commands print about a pack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hallwatch.adapters.models.checkup import CheckReport
    from hallwatch.core.decide import Calibration
    from hallwatch.core.recognise.gate import Verdict


def as_json(report: CheckReport) -> str:
    """The report as one line of JSON."""
    calibration = report.calibration
    return json.dumps(
        {
            "pack": report.pack,
            "fingerprint": report.fingerprint,
            "dimensions": report.dimensions,
            "parts": [
                {
                    "file": part.file,
                    "role": part.role,
                    "engine": part.effect.engine,
                    "device": part.effect.device,
                    "precision": part.effect.precision,
                    "ms": round(part.ms, 2),
                }
                for part in report.parts
            ],
            "files": [
                {"name": file.name, "sha256": file.sha256, "licence": file.licence} for file in report.files
            ],
            "calibration": {
                "faces": calibration.faces,
                "strangers": calibration.strangers,
                "passes": calibration.passes,
                "mated_passes": calibration.mated_passes,
                "precisions": list(calibration.precisions),
            }
            if calibration
            else None,
            "warnings": list(report.warnings),
        }
    )


def as_text(report: CheckReport) -> str:
    """The report for a person to read."""
    lines = [f"{report.pack}  templates of {report.dimensions} numbers, fingerprint {report.fingerprint}"]
    for part in report.parts:
        effect = part.effect
        what = f"{effect.engine} on {effect.device} in {effect.precision}"
        lines.append(f"  {part.role:8}  {part.file}: {what}, {part.ms:.1f} ms")
    lines += [f"  file      {file.name}: {file.licence}, sha256 {file.sha256}" for file in report.files]
    lines.append(f"  {calibrated_on(report.calibration)}")
    if report.calibration is None:
        how = f"hallwatch calibrate DIR --pack {report.pack}"
        lines.append(f"  it can be evaluated but raises no alert; type: {how}")
    return "\n".join([*lines, *(f"  {warning}" for warning in report.warnings)])


def calibrated_on(found: Calibration | None) -> str:
    """On whom and on how many a pack was calibrated."""
    if found is None:
        return "not calibrated"
    counts = (
        f"{found.passes:,} passes of {found.strangers:,} strangers, {found.mated_passes:,} of listed people"
    )
    return f"calibrated on {counts} ({found.faces}; {', '.join(found.precisions)})"


def gate_json(photo: str, verdict: Verdict) -> str:
    """The gate's verdict on a photo as one line of JSON."""
    chance = verdict.chance
    return json.dumps(
        {
            "photo": photo,
            "level": verdict.level,
            "face_px": verdict.px,
            "findings": [
                {
                    "name": one.name,
                    "level": one.level,
                    "number": one.number,
                    "needs": one.needs,
                    "text": one.text,
                }
                for one in verdict.findings
            ],
            "chance": None if chance is None else {"share": round(chance.share, 4), "pairs": chance.pairs},
            "expected": verdict.expected,
        }
    )


def gate_text(photo: str, verdict: Verdict) -> str:
    """The gate's verdict on a photo for a person to read."""
    found = "; ".join(one.text for one in verdict.findings) or "nothing against it"
    lines = [f"{photo}: {verdict.level}: {found}"]
    if verdict.px is not None:
        lines.append(f"  {verdict.expected}")
    return "\n".join(lines)

"""hallwatch jurisdictions: the places whose law is known, and what it says of camera matching."""

from __future__ import annotations


def jurisdictions() -> None:
    """List the jurisdiction profiles. They are not legal advice: ask counsel before the first real list."""
    from rich.console import Console
    from rich.table import Table

    from hallwatch.adapters.profiles import profile_codes, read_profile

    table = Table("code", "place", "camera matching", "as of", box=None, pad_edge=False)
    for code in profile_codes():
        profile = read_profile(code)
        allowed = (
            "forbidden"
            if profile.forbids(live=False)
            else ("films only" if profile.forbids(live=True) else "allowed")
        )
        table.add_row(code, profile.name, f"{allowed}: {profile.camera_matching.why}", str(profile.as_of))
    Console().print(table)

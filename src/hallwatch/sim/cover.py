"""How much of a pass is hidden behind people who are nearer to the camera."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from hallwatch.sim.path import Place, place
from hallwatch.sim.plan import Pass, Plan

STEP_S = 0.1


def hidden_shares(plan: Plan) -> list[float]:
    """For each pass of the plan, the share (0..1) of its time in which the face's centre is hidden."""
    starts = [one.start_s for one in plan.passes]
    longest = max(_gone_s(one) - one.start_s for one in plan.passes)
    shares = []
    for one in plan.passes:
        # Passes stand in the order of their starts: only these can meet this one.
        near = plan.passes[bisect_left(starts, one.start_s - longest) : bisect_right(starts, one.end_s)]
        shares.append(_hidden_share(plan, one, [other for other in near if other is not one]))
    return shares


def _gone_s(one: Pass) -> float:
    return one.start_s + one.walk.walk_s + one.walk.leave_s


def _hidden_share(plan: Plan, one: Pass, others: list[Pass]) -> float:
    instants = [one.start_s + index * STEP_S for index in range(int((one.end_s - one.start_s) / STEP_S) + 1)]
    hidden = 0
    for t in instants:
        at = place(plan.camera, one.walk, t - one.start_s)
        walking = (other for other in others if other.start_s <= t <= _gone_s(other))
        hidden += any(_covers(place(plan.camera, other.walk, t - other.start_s), at) for other in walking)
    return hidden / len(instants)


def _covers(nearer: Place, at: Place) -> bool:
    """Whether the figure of ``nearer`` lies over the centre of the face ``at`` (head ellipse or body)."""
    if nearer.face_px <= at.face_px:
        return False
    x, y = (at.x - nearer.x) / nearer.face_px, (at.y - nearer.y) / nearer.face_px
    over_head = (x / 0.53) ** 2 + ((y + 0.06) / 0.72) ** 2 < 1
    return over_head or (abs(x) < 1.0 and y > 0.7)

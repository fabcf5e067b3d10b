"""From evidence to decision: the rule, the threshold that a false-alert budget allows, and incidents."""

from hallwatch.core.decide.calibration import Calibration, Tail
from hallwatch.core.decide.incidents import Incidents
from hallwatch.core.decide.rule import Verdict, judge, statistics
from hallwatch.core.decide.threshold import Threshold

__all__ = ["Calibration", "Incidents", "Tail", "Threshold", "Verdict", "judge", "statistics"]

"""From faces to evidence: quality, best shots of a track, the gallery and its exact search, enrolment."""

"""Hallwatch: watches a school's cameras for the few people who must not be there."""

__version__ = "0.1.0"

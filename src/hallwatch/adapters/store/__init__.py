"""Alerts in a database."""

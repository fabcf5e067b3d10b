"""Watchlists as districts hand them over."""

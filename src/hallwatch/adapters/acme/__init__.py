"""Certificates by ACME (RFC 8555): asked for, proved over HTTP-01, kept."""

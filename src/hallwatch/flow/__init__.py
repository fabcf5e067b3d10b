"""Use-cases: the order of things, written once, without third parties."""

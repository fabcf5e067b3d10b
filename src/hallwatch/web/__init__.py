"""HTTP in, use-case out: the console."""

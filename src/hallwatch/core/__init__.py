"""The pure part: no clock, files, network, threads or logging."""

"""How fast this machine does Hallwatch's work; every measurement in a process of its own, on one core."""

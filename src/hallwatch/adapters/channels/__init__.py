"""Ways to tell somebody outside: each file one kind, strangers to each other. See ports.Channel."""

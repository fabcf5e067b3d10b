"""Papers for people: what is printed and handed over. Knows the core, and gets its languages from outside."""

"""Keys: the store apart from the database, the master key over it, and what is sealed with them."""

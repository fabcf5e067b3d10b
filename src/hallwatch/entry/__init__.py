"""Programs: the only room that knows every concrete class."""

"""The only room that touches the outside; its neighbours are strangers to each other."""

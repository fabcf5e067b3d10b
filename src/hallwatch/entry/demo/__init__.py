"""`hallwatch demo`: a temporary site in which two people walk down a corridor and one of them is listed."""

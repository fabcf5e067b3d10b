"""Who may do what, and where: jurisdictions, roles, and the table of every door."""

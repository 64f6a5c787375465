"""How traffic gets to pods: from a name or a way in to connections that policy decides. Knows nothing of solvers."""

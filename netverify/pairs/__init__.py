"""The all-pairs reading: who may open which connections to whom, by sets and without a solver."""

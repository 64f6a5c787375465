"""What a run leaves for others to check: the texts that were solved, and how each proof follows from them."""

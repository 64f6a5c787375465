"""Two sets of manifests compared: what appears, what disappears, and a proof where nothing does."""

"""Prove what Kubernetes network policy lets through, for every pod that is and every pod that could be."""

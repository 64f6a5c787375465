"""The nouns: labels, addresses, traffic, pods, and the cluster as a snapshot of facts. Standard library only."""

"""Bytes to values with places, read as Kubernetes reads them."""

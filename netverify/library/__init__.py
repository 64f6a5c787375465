"""netverify in Python: reading manifests, asking, mapping, and asserting in people's own tests."""

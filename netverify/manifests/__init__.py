"""The border with untrusted bytes: sources, YAML events, documents with positions, schemas, inventory."""

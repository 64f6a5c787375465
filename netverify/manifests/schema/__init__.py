"""The shapes of the objects that are read, one file per family: which fields there are, and of which JSON type.

A shape is what the API server's strict decoding checks: a wrong type or an unknown field is refused. Null stands for an
absent field, and in a list for the item's zero value, so every field allows None. What values mean is checked in
:mod:`netverify.manifests.validation`. Fields that do not concern networking are known by name alone.
"""

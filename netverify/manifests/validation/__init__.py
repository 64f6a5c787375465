"""The rules of the API server that a shape does not express: one file per family, each rule with a diagnostic code.

Every function adds what it finds to a :class:`~netverify.manifests.validation.findings.Findings` and goes on, so that
all causes of one object are reported. Field paths are those that the API server names.
"""

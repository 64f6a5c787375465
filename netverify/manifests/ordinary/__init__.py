"""Objects that are written as most are, read in one pass over the parsed value, without pydantic.

Every function either gives what :mod:`netverify.manifests.objects` would give without any finding, or raises
:class:`~netverify.manifests.ordinary.unusual.UnusualError`: then that module, which also words all findings, reads the
object. Nothing is accepted here that is refused or remarked upon there; tests hold one against the other.
"""

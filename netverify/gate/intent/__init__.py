"""Intent files: what must hold, in zones, assertions and exceptions."""

FILE_NAMES = ("netverify.yaml", ".netverify.yaml")
"""What an intent file is called where none is named."""

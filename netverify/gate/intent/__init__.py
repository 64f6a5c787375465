"""Intent files: what must hold, in zones, assertions and exceptions."""

"""Renderers: one per file, each a function from an outcome to text; none of them analyses anything."""

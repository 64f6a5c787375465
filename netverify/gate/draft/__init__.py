"""Drafts of intent: what manifests allow today, written down for somebody to confirm."""

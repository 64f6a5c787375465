"""Frameworks of controls, and what a run of the gate shows of them."""

"""The common form that every policy API is lowered to: predicates on flows, and tables of tiers of rules."""

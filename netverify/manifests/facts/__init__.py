"""From validated shapes to nouns of the model, with what the API server fills in: null items, defaults, labels."""

"""The concrete reading: what a rule table does with one flow. Plain Python, no caches: this is the specification."""

"""Questions: the sentence grammar, what a question asks, and what an answer holds."""

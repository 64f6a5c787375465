"""Answers: a question put to the symbolic reading, the result weighed, explained and given its verdict."""

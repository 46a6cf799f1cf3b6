"""Answers: from a question to an article of cited statements."""

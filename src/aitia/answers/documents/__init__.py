"""Answers from documents: the sentences that bear on a question, word for word, each with the place it stands in."""

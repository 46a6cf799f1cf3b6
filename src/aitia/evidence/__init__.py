"""The nouns: sources, passages, statements, figures, topics, conditions, articles. No input or output here."""

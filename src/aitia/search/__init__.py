"""Search: finds the statements that bear on a question."""

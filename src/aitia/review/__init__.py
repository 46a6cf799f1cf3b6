"""The editorial workflow: who decided what about which version of an article, when and why."""

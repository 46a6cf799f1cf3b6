"""Who uses Aitia: accounts, sessions, invitations, tokens, and the audit of what was done with them."""

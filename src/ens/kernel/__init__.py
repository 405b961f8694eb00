"""Words every package shares: who acts, what can go wrong, what time it is. Plain Python."""

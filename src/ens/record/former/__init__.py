"""The takeover of former DMPs: what is delivered of them, kept until the space opens, then taken over (S016)."""

"""The append-only trace: one numbered line per act and per reading, in the act's own transaction."""

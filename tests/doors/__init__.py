"""Every door called by everyone: addresses, interactions, forms, sessions, compared with tables that read as rules."""

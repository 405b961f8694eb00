"""Mailboxes of usagers, threads, operators, who may write to whom."""

"""What stops a command before anything changes: one clear French sentence, exit code 2."""

from __future__ import annotations


class CommandRefused(Exception):
    """The command cannot be done; its message is for the person who typed it."""

"""Notices to personal e-mail addresses."""

"""Unit of work, roles and row policies, distribution, locator."""

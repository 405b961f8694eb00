"""Mail to operators of the trust space."""

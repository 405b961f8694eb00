"""The `ens` command and its supervisor."""

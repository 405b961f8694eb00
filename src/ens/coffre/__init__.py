"""Keys, sealing, object store, keyed digests."""

"""Plain Python: INS key, XDS metadata, CDA header, XDM archive, value sets."""

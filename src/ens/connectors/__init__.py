"""Outside services the space calls, each a folder of its own."""

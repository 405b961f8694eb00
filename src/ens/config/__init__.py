"""Settings, root urls and the choice of connectors."""

"""The views of the usager, one module a subject."""

"""Any OpenID Connect provider, by configuration: FranceConnect and those that speak like it."""

"""Listed applications and sites: whose they are, their label, where their listing stands."""

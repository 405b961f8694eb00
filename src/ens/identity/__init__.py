"""Usagers and their INS, accounts, representatives, professionals and establishments."""

"""Indicators: what those who answer for the service see of it, without any health data."""

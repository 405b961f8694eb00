"""The population of insured people: read from files, judged, registered set-wise, kept up to date, merged."""

"""The cast, the crowd, their story and their door."""

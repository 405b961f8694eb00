"""Pages of those who steer: figures of their territory, no health data, nobody's name."""

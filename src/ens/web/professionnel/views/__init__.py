"""The views speak HTTP and nothing else: ``access`` decides, ``record`` reads."""

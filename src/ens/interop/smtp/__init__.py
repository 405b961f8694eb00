"""The SMTP door: operators of the trust space write to usagers. RFC 5321, 3207; référentiel MSSanté."""

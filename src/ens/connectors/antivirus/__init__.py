"""The antivirus that what arrives by mail is shown to."""

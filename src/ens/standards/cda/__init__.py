"""CDA Release 2: header, body, narrative. Source: HL7 CDA R2; CI-SIS, volet structuration minimale."""

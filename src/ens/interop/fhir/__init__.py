"""The FHIR R4 face: documents filed, searched and read under the French PDSm guide (IHE MHD)."""

"""Pages of professionals: find a patient by matricule, read what the rules allow, leave a named trace."""

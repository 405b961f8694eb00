"""The medical profile: what a usager says of themselves, rubric by rubric, read by nobody else."""

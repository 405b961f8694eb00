"""Documents, SubmissionSets, versions, masking."""

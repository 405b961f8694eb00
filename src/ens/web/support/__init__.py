"""Pages of the support desk: an agent on the telephone, for someone who proved who they are. Nothing clinical."""

"""The pages of the usager: phone first, plain words, everything works without JavaScript."""

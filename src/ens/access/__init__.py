"""Who may read what: the usager's choices, the mask, the matrice d'habilitation. One decision, on facts."""

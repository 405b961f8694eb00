"""What people are told, never with clinical content nor a professional's name."""

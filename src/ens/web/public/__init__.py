"""Pages open to everyone: home, sign-in, the seven footer pages."""

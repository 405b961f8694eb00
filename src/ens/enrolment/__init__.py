"""Notice, delay, opposition, opening, activation, closing: dated events, and the state they give."""

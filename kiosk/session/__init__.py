"""The citizen's session: states, events, effects and the pure machine between them."""

"""The terminal's application: the citizen's session and everything it calls. No Qt, no hardware library."""

"""Characters from strokes. Nothing written is learned, logged or stored."""

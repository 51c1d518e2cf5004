"""What the session's effects do: one desk for each thing that a citizen does. Desks answer with events."""

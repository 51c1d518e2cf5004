"""What can be done at the terminal: service items, their forms, divisions and working days. Data, not code."""

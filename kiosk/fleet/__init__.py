"""What ties this terminal to its fleet: enrolment. No person, no session."""

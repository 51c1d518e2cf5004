"""The reference central platform: what terminals talk to, and the staff desk in a browser."""

"""What both ends share, and the command line."""

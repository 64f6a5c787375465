"""The commands of the program as a shell sees them: arguments, flags, help."""

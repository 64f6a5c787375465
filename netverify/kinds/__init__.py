"""What an object is: one file per kind with its fields, rules and fact, and a registry of them by group and kind."""

"""What was probably not meant: one file for each kind of finding, which says the rule that it goes by."""

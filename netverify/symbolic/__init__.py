"""The symbolic reading: rule tables printed as SMT-LIB text, solved by Z3, models decoded into flows."""

"""The gate: assertions of intent files, judged about one inventory."""

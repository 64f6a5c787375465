"""The command line: parse flags, call the pipeline, choose renderers, map the outcome to an exit status."""

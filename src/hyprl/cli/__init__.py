"""The command line: parses arguments, calls one function, maps its result to an exit code."""

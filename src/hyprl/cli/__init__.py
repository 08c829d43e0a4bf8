"""The command line: every command parses its arguments, calls one use case and maps its result to output and an exit
code.
"""

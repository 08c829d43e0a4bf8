"""`python -m hyprl`."""

from hyprl.cli.main import main

main()

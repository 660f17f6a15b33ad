"""The command line: one file per verb, each with `add_parser(subparsers)` and `run(args) -> int`."""

"""The command line: options in, tables or JSON out. Everything below it prints nothing."""

"""The command line: options in, tables or JSON out. The packages below print nothing."""

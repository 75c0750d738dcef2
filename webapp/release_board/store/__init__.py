"""The board's storage: tables, their migrations, and connections."""

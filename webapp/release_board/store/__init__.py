"""What the board keeps: tables, their migrations, and the connections to them."""

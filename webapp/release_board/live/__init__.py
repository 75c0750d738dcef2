"""What keeps open pages up to date: server-sent events, and ETags for pages that are asked for again."""

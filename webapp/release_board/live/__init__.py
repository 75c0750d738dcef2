"""Updates of open pages: server-sent events, and ETags for repeated requests."""

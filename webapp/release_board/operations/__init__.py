"""What every service needs: logs, headers, failures, probes."""

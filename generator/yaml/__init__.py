"""Read, edit and write YAML; bytes that an edit does not concern stay unchanged."""

"""Read and write the files of a repository's work tree: bounded, locked, all or nothing."""

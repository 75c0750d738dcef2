# It takes none: an account has this provider once.

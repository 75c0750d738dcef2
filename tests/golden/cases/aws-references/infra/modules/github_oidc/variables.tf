# Generated from generator.yaml. Edit it as you like: your changes are kept.
# It takes none: an account has this provider once.

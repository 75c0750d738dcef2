"""The spec: the language of ``generator.yaml``, its loader and its model.

``types`` has the types of fields, ``language`` says which field has which
type, ``loader`` reads a file and finds all faults, ``model`` has the classes
that the rest of the generator uses, and ``reference/schema`` writes the
language as JSON Schema for editors.
"""

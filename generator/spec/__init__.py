"""The spec: the language of ``generator.yaml``, its loader and its model.

``types`` are the words of the language, ``language`` says which field takes
which, ``loader`` reads a file and finds every fault, ``model`` is what the
rest of the generator sees, ``schema`` is the same language for editors.
"""

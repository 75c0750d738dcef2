"""The public operations. Each module has one operation with its request and its result.

`import generator` has all of their names. Every operation takes `progress`, a function that is called with a message
for each step, and `credentials`. Operations print nothing and read no credentials from the environment.
"""

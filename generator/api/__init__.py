"""The public operations, one module each: a request and a result, and the function between them.

`import generator` has all of their names. Every operation takes `progress`, a
function that is told what is being done, and `credentials`; it prints nothing
and reads no credentials from the environment.
"""

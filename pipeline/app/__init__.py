"""The frame around it all: command line, worker processes, storage, archives, and what shows a stage to a
person.
"""

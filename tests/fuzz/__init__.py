"""Readers against bytes that nobody should send: targets, a corpus, and mutations that keep a file's frame.

Comes in: seeds, a kind of file. Goes out: nothing; a document that raises anything but an error of ours fails
the test or stops the fuzzer, which keeps its bytes.
"""

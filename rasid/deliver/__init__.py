"""Telling receivers: what is sent and how it is signed, what an answer means, when to try again, whom not to call.

Pure: sockets, queues and clocks are the agents' part.
"""

"""The records that travel on Kafka, one module each, and their JSON Schemas under json/.

Nothing here decides anything, and nothing here imports the rest of Rasid: an outside program may vendor this package.
"""

"""Rasid's core: what reads, matches, tags and decides, without Kafka, HTTP, clock or environment."""

"""Programs that are measured beside Rasid, one process each; job.py says what they are asked."""

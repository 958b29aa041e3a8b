"""From matches to alerts: which reports are one story, and whether somebody is to be told."""

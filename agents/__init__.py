"""The service: a Faust app whose agents carry articles from topic to topic and leave every decision to `rasid`."""

"""Speed against peers, and the Apache Kafka node that the measurements and the tests run on."""

"""What ships as data: articles, watches, lexicon, gazetteer and topics, each folder with its provenance."""

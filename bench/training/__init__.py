"""Makes the files of seeds/models anew: word classes, learned topic words, the sequence tagger of names."""

"""What an article is about and who is in it, from the same words that watches are matched on."""

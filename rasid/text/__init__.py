"""Text as it is read: letters folded, words found, sentences told apart."""

"""What words are one word: clitics, inflection, names, and the concepts that two languages share."""

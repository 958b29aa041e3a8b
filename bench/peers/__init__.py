"""Who else finds many strings or queries in a text, measured over the same articles and watches."""

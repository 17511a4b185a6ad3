"""How the school's pages look: navigation, the reader's preferences, the style guide."""

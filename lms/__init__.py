"""The institution: who belongs to it, what it reports; and the wiring of the whole."""

"""A made-up province of any size, for measuring."""

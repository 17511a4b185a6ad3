"""The demo school: true lectures, made-up people, honest progress."""

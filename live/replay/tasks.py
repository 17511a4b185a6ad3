"""Background work on replays: each carries an id and may run twice or late."""

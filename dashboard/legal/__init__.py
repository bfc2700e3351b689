"""What the operator answers for: imprint, privacy, accessibility; who publishes, whom to tell of a weakness."""

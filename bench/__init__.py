"""What it costs, each beside its limit or a naive way, as a ratio. ``python -m bench`` lists."""

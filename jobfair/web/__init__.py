"""Everything that speaks HTTP, HTML or WebSocket, by who sees it."""

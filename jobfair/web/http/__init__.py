"""The machine in front of the pages: HTTP, cookies, sockets, limits, caches."""

"""What is done for every request is done where the request is, not in another thread."""

from inspect import iscoroutinefunction

from jobfair.web.http import guards


def test_every_guard_is_a_coroutine(client):
    # Litestar runs any other function in a thread: 0.1 ms and more for each request.
    handlers = [
        one
        for route in client.app.routes
        for one in getattr(route, "route_handlers", None) or [route.route_handler]
    ]
    asked = {
        guard for one in handlers for layer in one.ownership_layers for guard in layer.guards or ()
    }

    assert guards.every_request in asked
    assert [guard.__name__ for guard in asked if not iscoroutinefunction(guard)] == []

"""What changes applicants: ``registering``, ``profile``, and ``helping`` at the counter."""

// Own behaviour: small, delegated, no inline handlers.

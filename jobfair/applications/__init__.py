"""The ledger: who applied where, when, and where it stands."""

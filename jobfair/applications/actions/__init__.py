"""What changes the ledger: ``accepting`` (intake) and ``stages`` (desk, applicants)."""

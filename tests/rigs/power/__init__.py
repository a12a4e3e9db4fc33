"""Cut the power and see what is left: ``python -m tests.rigs.power --cuts 20000``."""

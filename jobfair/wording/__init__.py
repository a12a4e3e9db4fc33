"""Languages, numbers, dates and sentences: shared by pages, papers, mail and commands."""

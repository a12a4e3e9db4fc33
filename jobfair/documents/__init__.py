"""Documents of anybody: each sealed with a key of its own, its bytes in the store.

Whose a document is, a table of its owner's subject says (``applicant_cv``), with foreign keys.
"""

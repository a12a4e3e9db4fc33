"""CVs: one for each applicant, frozen with what is sent, sealed where it lies."""

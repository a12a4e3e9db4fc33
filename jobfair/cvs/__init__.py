"""CVs: one on each profile, frozen with what is sent, read by the companies it was sent to."""

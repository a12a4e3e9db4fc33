"""Offices, their fairs, and the windows in which applications are accepted."""

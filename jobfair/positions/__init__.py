"""Positions that can be applied for."""

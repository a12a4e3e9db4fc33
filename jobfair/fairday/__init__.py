"""Acts on a whole fair: the closing."""

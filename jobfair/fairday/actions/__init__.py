"""Acts on a whole fair: defining it from its files, and closing it."""

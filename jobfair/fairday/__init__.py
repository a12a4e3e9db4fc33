"""Acts on a whole fair: defining it, and closing it."""

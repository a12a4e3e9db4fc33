"""Virtual job fairs for Indonesian labour offices."""

__version__ = "0.1.0"

"""The one door for applications."""

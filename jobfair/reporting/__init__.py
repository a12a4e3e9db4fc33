"""The papers of a closed fair: what they say, how they are printed."""

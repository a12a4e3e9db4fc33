"""Changing contacts, codes and authenticators."""

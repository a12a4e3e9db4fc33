"""Contacts, one-time codes and authenticators: how people show that an account is theirs."""

"""Sends what the outbox holds: letters are written, handed to a channel, and noted as sent."""

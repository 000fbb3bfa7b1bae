"""Televent."""

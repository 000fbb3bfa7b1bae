"""Imports calendar files."""

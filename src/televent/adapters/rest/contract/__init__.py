"""The contract of the REST door: its OpenAPI 3.1 document, made from what the server enforces (ADR 90)."""

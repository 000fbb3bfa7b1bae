"""The REST door: JSON over HTTP for the web app, scripts and other programs (docs/how-to/use-the-api.md)."""

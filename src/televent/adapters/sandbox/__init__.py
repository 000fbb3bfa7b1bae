"""A local stand-in for the Telegram Bot API with its people, and a mail catcher that can answer invitations."""

from televent.adapters.sandbox.config import SandboxConfig
from televent.adapters.sandbox.server import Sandbox, running, serve

__all__ = ["Sandbox", "SandboxConfig", "running", "serve"]

"""One film or a whole run as an RO-Crate: files and what made them, for others to read and to make again."""

from microdesigner.sharing.share import Shared, share, sharing
from microdesigner.sharing.terms import Terms

__all__ = ["Shared", "Terms", "share", "sharing"]

"""The audit log: catalogued events, hash-chained, append-only; only listed fields are ever written."""

from kiosk.audit.catalogue import EVENTS, AuditEvent
from kiosk.audit.writer import AuditError, AuditLog, verify_chain

__all__ = ["EVENTS", "AuditError", "AuditEvent", "AuditLog", "verify_chain"]

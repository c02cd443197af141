"""可验证日志 The verifiable log: an RFC 6962 tree over the events, in the formats of c2sp.org.

Byte forms, threats and how to verify: docs/verifiable-log.md.
"""

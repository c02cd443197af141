"""存储 The ledger on PostgreSQL: the only writer of events."""

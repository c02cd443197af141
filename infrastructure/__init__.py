"""基础设施 PostgreSQL, the ledger, projection drivers, settings, logging, and the place where parts are joined."""

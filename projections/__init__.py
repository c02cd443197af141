"""视图 Views, one folder per question: name, version, tables, fold, and typed queries."""

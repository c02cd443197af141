"""投影引擎 Drivers that run projections over the log."""

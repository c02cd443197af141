"""测量 What the product can do, beside what others can do on the same server in the same run (docs/performance.md)."""

"""用例 Use cases, one file per step word: load, decide, record once, atomically."""

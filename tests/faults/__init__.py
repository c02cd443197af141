"""Faults: processes killed, disks full, power cut, standbys stopped; and what was promised under each (docs/faults.md)."""

"""材料 Papers by the digest of their content: received once, named by events afterwards (G21)."""

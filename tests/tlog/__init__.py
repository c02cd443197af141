"""Tests of the verifiable log's formats and of its offline verification."""

"""留痕的业务核心 The record's nouns (what there is), rules (what is forbidden) and steps (what happens).

Pure: standard library and pydantic only. No clock, no randomness, no input or output.
"""

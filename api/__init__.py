"""接口 The HTTP API and the command line."""

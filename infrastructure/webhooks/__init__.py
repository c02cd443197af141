"""网络钩子 Sends what is recorded to receivers that asked for it."""

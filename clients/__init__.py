"""客户端 Clients of the API, made from its document."""

"""路由 One file per step word and per view; the same words as in domain/steps and application."""

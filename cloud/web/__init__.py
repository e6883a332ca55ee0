"""The pages: server-rendered, kept up to date by one stream of events."""

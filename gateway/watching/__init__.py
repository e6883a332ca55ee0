"""What `sensorhub watch` shows at the cabinet: every input of a running gateway, over a socket of its own."""

"""A fleet: thousands of gateways at the protocol level, with real packs and receipts and no sensors, for load."""

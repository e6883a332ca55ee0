"""A deployment's gateways in a simulated county: driven by the world, compared with what truly happened."""

"""The proof of the delivery path: simulations, kills, power cuts, and the check that each of them can fail."""

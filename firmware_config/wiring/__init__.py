"""The wiring picture of a gateway: which wire goes from which pin of the header to which terminal of which part."""

"""What a gateway says of itself, to the hub and on its own machine."""

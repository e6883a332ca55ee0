"""The buses of a gateway, handed to the parts that are read over them."""

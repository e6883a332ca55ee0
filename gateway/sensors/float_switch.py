"""`float-switch`: a float that is lifted when water stands as high as it hangs."""

QUANTITY = "float_active"

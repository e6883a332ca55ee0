"""A seeded county: traffic, weather, air, water, people, meters and bins, as sensors would find them."""

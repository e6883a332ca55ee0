"""From edges of contacts to what the spool holds."""

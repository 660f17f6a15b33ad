"""Small widgets that know nothing of models or engines."""

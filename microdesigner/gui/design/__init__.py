"""Design by objective in the window: goals, the front while it grows, its films."""

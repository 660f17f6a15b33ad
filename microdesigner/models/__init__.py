"""The networks, the diffusion they serve, and the bundle that keeps them."""

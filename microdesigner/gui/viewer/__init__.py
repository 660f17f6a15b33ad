"""The volume in 3-D: views, cuts, colours, pictures and movies."""

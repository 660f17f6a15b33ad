"""Three-dimensional pictures of volumes with VTK; knows nothing of Qt."""

"""Data from elsewhere: opening volumes, and the form that turns foreign files into a data set."""

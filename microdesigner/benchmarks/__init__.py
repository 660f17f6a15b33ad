"""What `microdesigner benchmark` measures with the real program."""

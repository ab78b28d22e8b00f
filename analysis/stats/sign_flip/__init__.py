"""Sign-flip test of clustered differences, and the interval that it implies."""

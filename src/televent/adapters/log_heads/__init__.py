"""Where the signed heads of the log go: the key that signs them, the file that keeps them, and witnesses elsewhere."""

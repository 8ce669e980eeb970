"""What `train.evaluate` is made of."""

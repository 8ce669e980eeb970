"""Models: networks, checkpoints, the Hub, and the engines that run them."""

"""Training: folders of photos become checkpoints. Start with README.md."""

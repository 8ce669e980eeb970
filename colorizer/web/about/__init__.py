"""The tab about the models: what each was trained on, how good it is, what it is not for."""

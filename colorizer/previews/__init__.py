"""Previews: photos compressed by PCA, and in the few colours of a K-means palette."""

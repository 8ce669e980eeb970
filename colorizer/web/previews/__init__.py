"""The PCA and palette tabs: what compression and K-means make of a photo."""

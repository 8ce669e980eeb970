"""Colours: Lab, the classifier's bins, white balance, upsampling and recolouring."""

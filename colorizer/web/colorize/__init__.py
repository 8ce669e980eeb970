"""The Colorize tab: photos in, coloured photos out."""

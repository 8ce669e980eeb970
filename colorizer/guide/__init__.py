"""What a person wants of the colours: hints, a palette, a reference photo, another variant.

All of it works on the last prediction of the network, which never runs again.
"""

"""How a look is made (`looks`), whoever makes it: `straighten` of what the camera saw, `importing` of a file.

Knows: numbers only, so that the process that opens strangers' files need not load NumPy into its little memory.
"""

LOOK_PX = (120, 168)
"""Width and height."""
INSET = 0.05
"""Of the page's width and height that is left out on every side: the border of paper differs with how it lies."""
FINE_PX, COARSE_PX = 1.2, 7.0
"""Standard deviations of the two blurs whose difference is the look."""

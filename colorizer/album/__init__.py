"""What the command line does around colouring: search, plan, report, stop."""

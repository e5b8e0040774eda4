"""The report as one PDF: what was measured, gathered from the result folders, and put into the assignment's order."""

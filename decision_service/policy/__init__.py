"""Policy files: read, checked, and held as a tuple of small parts."""

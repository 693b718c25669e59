"""Changing rules: two versions compared, what a change comes to, and its way to a release and back."""

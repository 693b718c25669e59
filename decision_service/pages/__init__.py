"""Standalone pages: one HTML file that needs nothing else, in light and dark, on paper and on a phone."""

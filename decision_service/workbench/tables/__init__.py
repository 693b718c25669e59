"""The page of one decision table: a grid over the same text that the editor shows, both ways."""

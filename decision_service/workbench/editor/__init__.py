"""Rule files as they are written: problems and advice while one types, hovers, completion, drafts, and the graph."""

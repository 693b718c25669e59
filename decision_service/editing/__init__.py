"""What helps people write rule files: the description of every key, layout, first drafts, advice."""

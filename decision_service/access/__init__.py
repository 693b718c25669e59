"""Who calls, by what proof, and what each may do. Nothing here knows FastAPI; operators read docs/access.md."""

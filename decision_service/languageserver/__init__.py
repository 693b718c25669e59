"""Rule files in any editor that speaks the language server protocol: what is wrong, what is what, what may follow."""

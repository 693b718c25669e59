"""The second road to an answer: the interpreter judges single conditions, a Rete network joins them into findings."""

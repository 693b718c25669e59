"""Small wrong changes of rules, made on purpose: whether the cases would notice each, and which ones they would not."""

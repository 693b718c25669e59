"""The first engine: each policy becomes one generated Python function. It shares the tree and the value types with the
other road to an answer, and nothing else: functions, logic and tables are written here a second time, and otherwise."""

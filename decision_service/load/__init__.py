"""Load on a running service: arrivals that wait for nobody, and the budgets of the rule files as the pass line."""

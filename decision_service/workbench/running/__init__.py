"""How the service is: outcomes, times against budgets, registers, what is owed, and the kill switch."""

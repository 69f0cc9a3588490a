"""Expenses, under the package and activity names of Pro Expense."""

"""Recipes, under the package and activity names of Broccoli."""

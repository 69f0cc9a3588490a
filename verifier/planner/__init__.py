"""The thinker that needs no model: from the words of a goal to checks, and to the changes that the goal allows."""

"""Looking ahead: candidates, their imagined outcomes, and the choice between them."""

"""Pure two-way codecs of the domain types: canonical JSON, and one module for each model dialect."""

"""Pictures of the shared storage, in the manner of Simple Gallery Pro."""

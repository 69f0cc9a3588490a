"""What an action would lead to: by copying, by trying it on a snapshot, by a model."""

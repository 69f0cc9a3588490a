"""Language models as trainable policies: transformers models with text or with eyes, full or by LoRA."""

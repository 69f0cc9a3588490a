"""Training on several GPUs: ranks that share an update's work, FSDP2 weights, torchrun."""
